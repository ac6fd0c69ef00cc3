namespace Microsoft.ML.Avsr;

/// <summary>A GPU was asked for that libtorch does not see, and falling back to the CPU was not allowed.</summary>
public sealed class GpuUnavailableException : InvalidOperationException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="gpuDeviceId">The GPU that was asked for.</param>
    /// <param name="seen">How many GPUs libtorch sees.</param>
    public GpuUnavailableException(int gpuDeviceId, int seen)
        : base($"GpuDeviceId = {gpuDeviceId}, but libtorch sees {(seen == 0 ? "no GPU" : $"{seen} GPU(s), numbered from 0")}. "
            + "Set FallbackToCpu to use the CPU then, leave GpuDeviceId null, or reference a CUDA build of TorchSharp (TorchSharp-cuda-linux or TorchSharp-cuda-windows).")
    {
        GpuDeviceId = gpuDeviceId;
    }

    /// <summary>The GPU that was asked for.</summary>
    public int GpuDeviceId { get; }
}
