namespace Microsoft.ML.Avsr.Media;

/// <summary>Float files can hold anything; models must not see it.</summary>
internal static class AudioSanitizer
{
    // Float recordings may exceed full scale a little (up to +24 dB here); beyond that a value is no sound.
    private const float Ceiling = 16f;

    /// <summary>Sets non-finite samples to 0 and clips absurd ones, in place.</summary>
    /// <returns>How many samples were changed.</returns>
    internal static int Repair(Span<float> samples)
    {
        var changed = 0;
        foreach (ref var sample in samples)
        {
            if (Math.Abs(sample) <= Ceiling)
                continue;
            sample = float.IsFinite(sample) ? MathF.CopySign(Ceiling, sample) : 0f;
            changed++;
        }
        return changed;
    }
}
