using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Avsr.Recognition;

namespace Microsoft.ML.Avsr;

/// <summary>Brings clips that the caller made in memory to the pace of decoded files: 16 kHz, 25 frames per second.</summary>
internal static class ClipConversion
{
    private const double FramesPerSecond = 25;

    /// <summary>Sound at 16 kHz; the same clip where it is that already.</summary>
    public static AudioClip? Convert(AudioClip? clip) => clip is null ? null : AudioResampler.Resample(clip, SpeechFrontEnd.SampleRate);

    /// <summary>Frames at 25 per second, each the nearest in time; the same clip where they are that already.</summary>
    public static VideoClip? Convert(VideoClip? clip)
    {
        if (clip is null || clip.Frames == 0 || Math.Abs(clip.FrameRate - FramesPerSecond) < 0.01)
            return clip;
        var frames = (int)Math.Max(1, Math.Round(clip.Frames * FramesPerSecond / clip.FrameRate));
        var size = clip.Height * clip.Width;
        var pixels = new byte[checked(frames * size)]; // [frames, height, width]
        for (var i = 0; i < frames; i++)
            clip.Frame(Math.Min(clip.Frames - 1, (int)((i + 0.5) * clip.FrameRate / FramesPerSecond))).CopyTo(pixels.AsSpan(i * size, size));
        return new VideoClip(pixels, frames, clip.Height, clip.Width, FramesPerSecond, clip.SourceScale);
    }
}
