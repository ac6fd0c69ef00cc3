using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>One projector: linear, ReLU (or GELU), linear, optional layer norm. It is an expert of a mixture, or alone the dense projector.</summary>
/// <remarks>State-dictionary names are the reference's positions: <c>0</c>, <c>2</c>, <c>3</c> (specification 5.1).</remarks>
public sealed class Expert : Module<Tensor, Tensor>
{
    // A C# field cannot be named 0, hence the attributes.
    [ComponentName(Name = "0")]
    private readonly LinearLayer first;
    [ComponentName(Name = "2")]
    private readonly LinearLayer second;
    [ComponentName(Name = "3")]
    private readonly LayerNormLayer? norm;
    private readonly ExpertActivation _activation;

    /// <summary>Makes an expert.</summary>
    /// <param name="inputWidth">Width of the tokens.</param>
    /// <param name="hidden">Inner width.</param>
    /// <param name="outputWidth">Width of the language model.</param>
    /// <param name="layerNorm">Layer norm at the end.</param>
    /// <param name="activation">The nonlinearity between the linear maps.</param>
    /// <param name="construction">Where and how parameters are made; null is random values on the CPU.</param>
    public Expert(
        int inputWidth, int hidden, int outputWidth, bool layerNorm = true,
        ExpertActivation activation = ExpertActivation.Relu, ModuleConstruction? construction = null)
        : base(nameof(Expert))
    {
        var make = construction ?? ModuleConstruction.Default;
        (InputWidth, OutputWidth, _activation) = (inputWidth, outputWidth, activation);
        first = new LinearLayer(inputWidth, hidden, hasBias: true, make);
        second = new LinearLayer(hidden, outputWidth, hasBias: true, make);
        norm = layerNorm ? new LayerNormLayer(outputWidth, make) : null;
        RegisterComponents();
    }

    /// <summary>Width of the tokens.</summary>
    public int InputWidth { get; }

    /// <summary>Width of the result.</summary>
    public int OutputWidth { get; }

    /// <summary>Projects tokens.</summary>
    /// <param name="tokens">[n, inputWidth].</param>
    /// <returns>[n, outputWidth].</returns>
    /// <exception cref="ArgumentException">The tokens have another shape.</exception>
    public override Tensor forward(Tensor tokens)
    {
        TokenShape.Check(tokens, InputWidth);
        using var scope = NewDisposeScope();
        var inner = first.call(tokens); // [n, hidden]
        var hidden = _activation == ExpertActivation.Gelu ? functional.gelu(inner) : functional.relu(inner);
        var output = second.call(hidden); // [n, outputWidth]
        if (norm is not null)
            output = norm.call(output);
        return output.MoveToOuterDisposeScope();
    }
}
