using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>Tells whether two tensors are the same memory (tied weights).</summary>
internal static class TensorMemory
{
    /// <summary>Address and size of a tensor's numbers; null where the public interface gives no address (other devices, gaps, no elements).</summary>
    public static unsafe (nint Address, long Bytes)? Of(Tensor tensor)
    {
        if (tensor.device_type != DeviceType.CPU || tensor.numel() == 0 || !tensor.is_contiguous())
            return null;
        using var noGrad = no_grad();
        using var detached = tensor.detach();
        using var flat = detached.view(-1); // [elements]
        using var first = flat.narrow(0, 0, 1); // [1]: a whole tensor may be too long for a span
        return ((nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(first.bytes)), tensor.numel() * ScalarTypes.Size(tensor.dtype));
    }
}
