using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>Per-frame scores of the vocabulary and the blank, for connectionist temporal classification.</summary>
/// <remarks>Encoders that start from scratch learn through this head first; its alignment gives word times later.</remarks>
public sealed class CtcHead : Module<Tensor, Tensor>
{
    private readonly LinearLayer output;

    /// <summary>Makes a head.</summary>
    /// <param name="width">Width of the encoder's features.</param>
    /// <param name="vocabulary">Number of tokens without the blank.</param>
    /// <param name="construction">Where and how parameters are made; null is random values on the CPU.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    public CtcHead(int width, int vocabulary, ModuleConstruction? construction = null)
        : base(nameof(CtcHead))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(vocabulary, 1);
        Blank = vocabulary;
        output = new LinearLayer(width, vocabulary + 1, hasBias: true, construction ?? ModuleConstruction.Default);
        RegisterComponents();
    }

    /// <summary>Index of the blank: the last one.</summary>
    public int Blank { get; }

    /// <summary>Scores each frame.</summary>
    /// <param name="features">[batch, time, width].</param>
    /// <returns>Natural-log probabilities, [batch, time, vocabulary + 1].</returns>
    public override Tensor forward(Tensor features)
    {
        using var scope = NewDisposeScope();
        return functional.log_softmax(output.call(features), 2).MoveToOuterDisposeScope();
    }
}
