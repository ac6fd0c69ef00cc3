namespace Microsoft.ML.Avsr.Training;

/// <summary>The part of a clip in which there is sound. Words are looked for in it alone: a recogniser that sees the whole clip may name the last word after its end.</summary>
internal static class SpeechSpan
{
    private const int FrameSamples = 160; // 10 ms at 16 kHz
    private const double FloorShare = 0.1;
    private const double AboveFloor = 6;
    private const double BelowPeak = 30;
    private const double Margin = 0.1;

    /// <summary>Finds it.</summary>
    /// <param name="samples">Samples at 16 kHz.</param>
    /// <returns>Start and end in seconds; the whole clip where nothing stands out.</returns>
    public static (double Start, double End) Of(ReadOnlySpan<float> samples)
    {
        var frames = samples.Length / FrameSamples;
        var whole = (0.0, samples.Length / 16000.0);
        if (frames < 20)
            return whole;
        var levels = new double[frames]; // decibels
        for (var i = 0; i < frames; i++)
        {
            var sum = 1e-12;
            foreach (var sample in samples.Slice(i * FrameSamples, FrameSamples))
                sum += sample * (double)sample;
            levels[i] = 10 * Math.Log10(sum / FrameSamples);
        }
        var sorted = (double[])levels.Clone();
        Array.Sort(sorted);
        var threshold = Math.Max(sorted[(int)(FloorShare * frames)] + AboveFloor, sorted[^1] - BelowPeak);
        var first = Array.FindIndex(levels, l => l >= threshold);
        var last = Array.FindLastIndex(levels, l => l >= threshold);
        if (first < 0 || last - first < 10)
            return whole;
        return (Math.Max(0, first * 0.01 - Margin), Math.Min(whole.Item2, (last + 1) * 0.01 + Margin));
    }
}
