using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>Positions by a wide grouped convolution with one gain per tap (weight norm over the first two axes; specification 4.3).</summary>
internal sealed class PositionConvolution : Module<Tensor, Tensor>
{
    private readonly Parameter bias;     // [width]
    private readonly Parameter weight_g; // [1, 1, kernel]
    private readonly Parameter weight_v; // [width, width / groups, kernel]
    private readonly int _kernel;
    private readonly int _groups;

    public PositionConvolution(VisualEncoderConfig config, ModuleConstruction construction)
        : base(nameof(PositionConvolution))
    {
        (_kernel, _groups) = (config.PositionKernel, config.PositionGroups);
        // N(0, 4 / (kernel · width)) as in wav2vec 2.0; the gain starts as the norm of that, √(4 · width / (groups · kernel)).
        var deviation = Math.Sqrt(4.0 / (_kernel * config.Width));
        bias = construction.Constant(0, config.Width);
        weight_g = construction.Constant(deviation * Math.Sqrt((double)config.Width * config.Width / _groups), 1, 1, _kernel);
        weight_v = construction.Normal(deviation, config.Width, config.Width / _groups, _kernel);
        RegisterComponents();
    }

    /// <summary>[batch, width, time], same shape out.</summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var norm = weight_v.square().sum([0, 1], true).sqrt(); // [1, 1, kernel]
        var weight = weight_v.mul(weight_g.div(norm));
        var output = functional.conv1d(input, weight, bias, 1, _kernel / 2, groups: _groups);
        // An even kernel gives one position too many; the last is dropped.
        return output.narrow(2, 0, input.shape[2]).MoveToOuterDisposeScope();
    }
}
