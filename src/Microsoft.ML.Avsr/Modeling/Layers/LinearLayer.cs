using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>An affine map whose weights can be made without drawing values, in any precision and on the META device.</summary>
/// <remarks>Initial values are the framework's defaults: uniform in ±1/√inputs (specification 5.6), or N(0, deviation²).</remarks>
internal sealed class LinearLayer : Module<Tensor, Tensor>
{
    private readonly Parameter weight; // [outputs, inputs]
    private readonly Parameter? bias;  // [outputs]

    public LinearLayer(long inputs, long outputs, bool hasBias, ModuleConstruction construction, double? deviation = null)
        : base(nameof(LinearLayer))
    {
        Inputs = inputs;
        Outputs = outputs;
        var bound = 1 / Math.Sqrt(inputs);
        weight = deviation is { } d ? construction.Normal(d, outputs, inputs) : construction.Uniform(bound, outputs, inputs);
        if (hasBias)
            bias = deviation is null ? construction.Uniform(bound, outputs) : construction.Constant(0, outputs);
        RegisterComponents();
    }

    public long Inputs { get; }

    public long Outputs { get; }

    public Parameter Weight => weight;

    public Parameter? Bias => bias;

    /// <summary>[..., inputs] to [..., outputs].</summary>
    public override Tensor forward(Tensor input)
    {
        Interruption.Check();
        return functional.linear(input, weight, bias);
    }
}
