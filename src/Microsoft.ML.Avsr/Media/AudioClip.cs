namespace Microsoft.ML.Avsr.Media;

/// <summary>Mono sound: samples [time], nominally in [-1, 1].</summary>
public sealed class AudioClip
{
    /// <summary>Wraps samples without copying them; the caller must not change them afterwards.</summary>
    /// <param name="samples">Samples [time].</param>
    /// <param name="sampleRate">Samples per second, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The sample rate is not positive.</exception>
    public AudioClip(ReadOnlyMemory<float> samples, int sampleRate)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(sampleRate);
        Samples = samples;
        SampleRate = sampleRate;
    }

    /// <summary>Samples [time].</summary>
    public ReadOnlyMemory<float> Samples { get; }

    /// <summary>Samples per second.</summary>
    public int SampleRate { get; }

    /// <summary>Length in time.</summary>
    public TimeSpan Duration => TimeSpan.FromSeconds((double)Samples.Length / SampleRate);

    /// <summary>The samples from <paramref name="start"/>, at most <paramref name="length"/> long, without copying.</summary>
    /// <param name="start">Offset from the clip's beginning; beyond the end gives an empty clip.</param>
    /// <param name="length">Wanted length.</param>
    public AudioClip Slice(TimeSpan start, TimeSpan length)
    {
        var from = (int)Math.Clamp(Math.Round(start.TotalSeconds * SampleRate), 0, Samples.Length);
        var count = (int)Math.Clamp(Math.Round(length.TotalSeconds * SampleRate), 0, Samples.Length - from);
        return new AudioClip(Samples.Slice(from, count), SampleRate);
    }
}
