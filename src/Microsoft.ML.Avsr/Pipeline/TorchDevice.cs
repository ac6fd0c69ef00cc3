using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr;

/// <summary>Where native computation runs, by the rules of ML.NET's own torch trainers.</summary>
internal static class TorchDevice
{
    /// <summary>The GPU when one is asked for and there, else the CPU where that is allowed.</summary>
    /// <param name="gpuDeviceId">The GPU of the options; null takes the context's.</param>
    /// <param name="fallbackToCpu">Whether the CPU will do, of the options; null takes the context's.</param>
    /// <param name="log">Gives the context's settings, and is told of a fallback.</param>
    /// <exception cref="GpuUnavailableException">The GPU is not there, and the CPU will not do.</exception>
    public static Device Resolve(int? gpuDeviceId, bool? fallbackToCpu, AvsrLog log)
    {
        if ((gpuDeviceId ?? log.GpuDeviceId) is not { } wanted)
            return CPU;
        var seen = cuda.is_available() ? cuda.device_count() : 0;
        if (wanted >= 0 && wanted < seen)
            return new Device(DeviceType.CUDA, wanted);
        if (!(fallbackToCpu ?? log.FallbackToCpu))
            throw new GpuUnavailableException(wanted, seen);
        using var channel = log.Start("Device");
        channel.Warning($"GpuDeviceId = {wanted}, but libtorch sees {seen} GPUs: using the CPU.");
        return CPU;
    }
}
