namespace Microsoft.ML.Avsr.Media;

/// <summary>Signals that tell why a clip may be hard to recognise. <see cref="double.NaN"/> where a signal does not apply.</summary>
public sealed record MediaQuality
{
    /// <summary>Level that is reported for digital silence, in decibels.</summary>
    public const double SilenceLevel = -120;

    private const float FullScale = 0.99f; // resampling moves clipped samples a little

    /// <summary>Mean level of the sound in decibels relative to full scale (0 = a square wave of full scale), at least <see cref="SilenceLevel"/>.</summary>
    public double AudioLevel { get; init; } = double.NaN;

    /// <summary>Share of samples at full scale or beyond, 0 to 1. Speech that was recorded well has none.</summary>
    public double Clipping { get; init; } = double.NaN;

    /// <summary>Frames per second of the source by its time stamps; the rate of the clip where it did not come from a file.</summary>
    public double FrameRate { get; init; } = double.NaN;

    /// <summary>How much later the sound starts than the frames, in seconds.</summary>
    public double AudioOffset { get; init; } = double.NaN;

    /// <summary>Share of the examined frames in which the face was detected, 0 to 1.</summary>
    public double FaceShare { get; init; } = double.NaN;

    /// <summary>Mean certainty of the face's detections, 0 to 1.</summary>
    public double FaceScore { get; init; } = double.NaN;

    /// <summary>Measures a clip.</summary>
    /// <param name="clip">The clip.</param>
    /// <param name="region">What looking for its mouth gave; null where none was looked for.</param>
    public static MediaQuality Measure(MediaClip clip, MouthRegion? region = null)
    {
        ArgumentNullException.ThrowIfNull(clip);
        var (level, clipping) = clip.Audio is null ? (double.NaN, double.NaN) : Measure(clip.Audio.Samples.Span);
        return new MediaQuality
        {
            AudioLevel = level,
            Clipping = clipping,
            FrameRate = clip.Video is null ? double.NaN : clip.Source is null ? clip.Video.FrameRate : clip.Source.MeasuredFrameRate ?? clip.Source.FrameRate ?? double.NaN,
            AudioOffset = clip.Source?.AudioOffset?.TotalSeconds ?? double.NaN,
            FaceShare = region?.FaceShare ?? double.NaN,
            FaceScore = region?.Face?.MeanScore ?? double.NaN,
        };
    }

    private static (double Level, double Clipping) Measure(ReadOnlySpan<float> samples)
    {
        if (samples.IsEmpty)
            return (double.NaN, double.NaN);
        double power = 0;
        var clipped = 0L;
        foreach (var sample in samples)
        {
            power += sample * (double)sample;
            if (Math.Abs(sample) >= FullScale)
                clipped++;
        }
        return (Math.Max(10 * Math.Log10(power / samples.Length), SilenceLevel), clipped / (double)samples.Length);
    }
}
