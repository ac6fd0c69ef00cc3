using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>ReLU, or PReLU with one learned slope per channel (AV-HuBERT's choice).</summary>
internal sealed class ChannelActivation : Module<Tensor, Tensor>
{
    private readonly Parameter? weight; // [channels]

    public ChannelActivation(long channels, bool learnedSlope, ModuleConstruction construction)
        : base(nameof(ChannelActivation))
    {
        if (learnedSlope)
            weight = construction.Constant(0.25, channels);
        RegisterComponents();
    }

    /// <summary>[frames, channels, height, width], same shape out.</summary>
    public override Tensor forward(Tensor input) =>
        weight is null ? functional.relu(input) : functional.prelu(input, weight);
}
