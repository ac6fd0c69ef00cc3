using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>Layer normalisation over the last axis, with gain and bias.</summary>
internal sealed class LayerNormLayer : Module<Tensor, Tensor>
{
    private readonly Parameter weight; // [width]
    private readonly Parameter bias;   // [width]
    private readonly long[] _shape;
    private readonly double _epsilon;

    public LayerNormLayer(long width, ModuleConstruction construction, double epsilon = 1e-5)
        : base(nameof(LayerNormLayer))
    {
        _shape = [width];
        _epsilon = epsilon;
        weight = construction.Constant(1, width);
        bias = construction.Constant(0, width);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => functional.layer_norm(input, _shape, weight, bias, _epsilon);
}
