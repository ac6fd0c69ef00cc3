using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>Activation functions.</summary>
internal static class Activation
{
    /// <summary>x Φ(x), elementwise, in the shape of the input.</summary>
    /// <remarks>
    /// The flattening matters for training: libtorch's oneDNN kernel reads the incoming gradient as if it were contiguous, so that a
    /// transpose behind the activation made the gradient wrong, and different in every run. The gradient of a flat view is contiguous.
    /// </remarks>
    /// <param name="input">Any shape.</param>
    public static Tensor Gelu(Tensor input)
    {
        using var scope = NewDisposeScope();
        var shape = input.shape;
        var flat = input.reshape(-1);
        var activated = functional.gelu(flat);
        return activated.view(shape).MoveToOuterDisposeScope();
    }
}
