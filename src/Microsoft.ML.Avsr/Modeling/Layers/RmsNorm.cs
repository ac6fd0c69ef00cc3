using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>Root-mean-square norm: computed in float32, cast back, then scaled (specification 7).</summary>
internal sealed class RmsNorm : Module<Tensor, Tensor>
{
    private static readonly long[] s_lastAxis = [-1];
    private readonly Parameter weight; // [width]
    private readonly Scalar _epsilon;

    public RmsNorm(int width, double epsilon, ModuleConstruction construction)
        : base(nameof(RmsNorm))
    {
        _epsilon = epsilon;
        weight = construction.Constant(1, width);
        RegisterComponents();
    }

    /// <summary>[..., width], same shape out.</summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var type = input.dtype;
        var wide = type == ScalarType.Float64 ? input : input.to(ScalarType.Float32);
        var square = wide.square();
        var mean = square.mean(s_lastAxis, true); // [..., 1]
        var factor = mean.add(_epsilon).rsqrt();
        var normed = wide.mul(factor).to(type);
        return normed.mul(weight).MoveToOuterDisposeScope();
    }
}
