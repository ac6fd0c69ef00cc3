using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>A convolution over one, two or three axes; the kernel's rank says which.</summary>
internal sealed class ConvolutionLayer : Module<Tensor, Tensor>
{
    private readonly Parameter weight; // [outputs, inputs / groups, kernel...]
    private readonly Parameter? bias;  // [outputs]
    private readonly long[] _stride;
    private readonly long[] _padding;
    private readonly long _groups;

    public ConvolutionLayer(
        long inputs, long outputs, long[] kernel, long[] stride, long[] padding, bool hasBias, ModuleConstruction construction, long groups = 1)
        : base(nameof(ConvolutionLayer))
    {
        (_stride, _padding, _groups) = (stride, padding, groups);
        var fanIn = inputs / groups;
        foreach (var size in kernel)
            fanIn *= size;
        var bound = 1 / Math.Sqrt(fanIn);
        weight = construction.Uniform(bound, [outputs, inputs / groups, .. kernel]);
        if (hasBias)
            bias = construction.Uniform(bound, outputs);
        RegisterComponents();
    }

    public ScalarType DType => weight.dtype;

    /// <summary>[batch, inputs, axes...] to [batch, outputs, axes'...].</summary>
    public override Tensor forward(Tensor input)
    {
        Interruption.Check();
        return _stride.Length switch
        {
            1 => functional.conv1d(input, weight, bias, _stride[0], _padding[0], groups: _groups),
            2 => functional.conv2d(input, weight, bias, _stride, _padding, groups: _groups),
            _ => functional.conv3d(input, weight, bias, _stride, _padding, groups: _groups),
        };
    }
}
