namespace Microsoft.ML.Avsr.Media;

/// <summary>For frames that show only the mouth region: each whole frame is resized to 96x96.</summary>
public sealed class AlreadyCroppedLocator : IMouthRegionLocator
{
    /// <inheritdoc/>
    public VideoClip? Crop(VideoClip frames, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(frames);
        return FrameResampler.Crop(frames, new MouthBox(0, 0, frames.Width, frames.Height), out problem);
    }
}
