using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>ResNet basic block: two 3x3 convolutions with a shortcut (specification 4.1).</summary>
internal sealed class ResidualBlock : Module<Tensor, Tensor>
{
    private readonly ConvolutionLayer conv1;
    private readonly FrameBatchNorm bn1;
    private readonly ChannelActivation relu1;
    private readonly ConvolutionLayer conv2;
    private readonly FrameBatchNorm bn2;
    private readonly ChannelActivation relu2;
    private readonly ModuleList<Module<Tensor, Tensor>>? downsample;
    private readonly int _stride;

    public ResidualBlock(int inputs, int outputs, int stride, bool learnedSlope, ModuleConstruction construction)
        : base(nameof(ResidualBlock))
    {
        _stride = stride;
        conv1 = new ConvolutionLayer(inputs, outputs, [3, 3], [stride, stride], [1, 1], hasBias: false, construction);
        bn1 = new FrameBatchNorm(outputs, construction);
        relu1 = new ChannelActivation(outputs, learnedSlope, construction);
        conv2 = new ConvolutionLayer(outputs, outputs, [3, 3], [1, 1], [1, 1], hasBias: false, construction);
        bn2 = new FrameBatchNorm(outputs, construction);
        relu2 = new ChannelActivation(outputs, learnedSlope, construction);
        if (stride != 1 || inputs != outputs)
        {
            downsample = new ModuleList<Module<Tensor, Tensor>>(
                new ConvolutionLayer(inputs, outputs, [1, 1], [1, 1], [0, 0], hasBias: false, construction),
                new FrameBatchNorm(outputs, construction));
        }
        RegisterComponents();
    }

    /// <summary>[frames, inputs, height, width] to [frames, outputs, height / stride, width / stride].</summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var inner = relu1.call(bn1.call(conv1.call(input)));
        var branch = bn2.call(conv2.call(inner));
        return relu2.call(branch.add(Shortcut(input))).MoveToOuterDisposeScope();
    }

    private Tensor Shortcut(Tensor input)
    {
        if (downsample is null)
            return input;
        // Picking every stride-th pixel first equals a strided 1x1 convolution. oneDNN 2.6 writes past its buffers in the
        // backward pass of the latter when few channels lie last in memory.
        var picked = _stride == 1 ? input : functional.avg_pool2d(input, 1, _stride);
        return downsample[1].call(downsample[0].call(picked));
    }
}
