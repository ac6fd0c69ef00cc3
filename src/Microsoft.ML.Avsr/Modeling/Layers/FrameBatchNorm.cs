using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>Batch normalisation over every axis but the channels, for inputs of any rank.</summary>
/// <remarks>
/// The visual front end hands it real frames only, so that padding never enters the statistics. In 0.102.7 the module
/// classes fix the rank of their input; the function does not.
/// </remarks>
internal sealed class FrameBatchNorm : Module<Tensor, Tensor>
{
    private readonly Parameter weight;           // [channels]
    private readonly Parameter bias;             // [channels]
    private readonly Tensor running_mean;        // [channels]
    private readonly Tensor running_var;         // [channels]
    private readonly Tensor num_batches_tracked; // []
    private readonly double _epsilon;
    private readonly double _momentum;

    public FrameBatchNorm(long channels, ModuleConstruction construction, double epsilon = 1e-5, double momentum = 0.1)
        : base(nameof(FrameBatchNorm))
    {
        (_epsilon, _momentum) = (epsilon, momentum);
        weight = construction.Constant(1, channels);
        bias = construction.Constant(0, channels);
        running_mean = construction.Buffer(0, construction.DType, channels);
        running_var = construction.Buffer(1, construction.DType, channels);
        num_batches_tracked = construction.Buffer(0, ScalarType.Int64);
        RegisterComponents();
    }

    /// <summary>[frames, channels, axes...], same shape out. Statistics move in training mode only.</summary>
    public override Tensor forward(Tensor input)
    {
        if (training)
        {
            using var guard = no_grad();
            num_batches_tracked.add_(1);
        }
        return functional.batch_norm(input, running_mean, running_var, weight, bias, training, _momentum, _epsilon);
    }
}
