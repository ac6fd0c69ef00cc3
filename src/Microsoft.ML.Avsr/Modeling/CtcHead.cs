using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>Per-frame scores of the vocabulary and the blank, for connectionist temporal classification.</summary>
/// <remarks>Encoders that start from scratch learn through this head first; its alignment gives word times later.</remarks>
public sealed class CtcHead : Module<Tensor, Tensor>
{
    /// <summary>Natural logarithm of the probability that a token begins with which no transcript has.</summary>
    private const float NeverSeen = -10;

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

    /// <summary>
    /// Lets a fresh head begin with how often each token occurs, so that training does not spend its first epoch on learning that most of the
    /// vocabulary is never said.
    /// </summary>
    /// <param name="counts">Occurrences of each token in the training transcripts, [vocabulary].</param>
    /// <param name="tokenShare">Share of frames that are expected not to be blank, above 0 and below 1.</param>
    /// <exception cref="ArgumentException">The number of counts is not the vocabulary's size.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The share is not between 0 and 1.</exception>
    internal void StartFrom(IReadOnlyList<int> counts, double tokenShare)
    {
        if (counts.Count != Blank)
            throw new ArgumentException($"{counts.Count} counts were given for {Blank} tokens.", nameof(counts));
        if (!(tokenShare is > 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(tokenShare), tokenShare, "Must be above 0 and below 1.");
        var total = (double)counts.Sum();
        var bias = new float[Blank + 1];
        for (var token = 0; token < Blank; token++)
            bias[token] = counts[token] == 0 ? NeverSeen : (float)Math.Log(counts[token] / total * tokenShare);
        bias[Blank] = (float)Math.Log(1 - tokenShare);
        using var guard = no_grad();
        using var values = tensor(bias); // [vocabulary + 1]
        output.Bias!.copy_(values);
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
