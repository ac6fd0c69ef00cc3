namespace Microsoft.ML.Avsr.Features;

/// <summary>
/// Mixes noise into speech at an exact signal-to-noise ratio: y = x + n * 10^((SNR_x - SNR) / 20) with SNR_x = 10 log10(sum x² / sum n²),
/// measured over the speech and the piece of noise that is added (torchaudio's <c>add_noise</c>, Llama-AVSR's transforms).
/// </summary>
/// <remarks>0 dB is 0 dB. The reference's evaluation draws a random ratio when asked for 0; that is not repeated here.</remarks>
public static class NoiseMixer
{
    /// <summary>Signal-to-noise ratios, in dB, that the reference draws from while training; the last stands for clean speech.</summary>
    public static IReadOnlyList<double> TrainingRatios { get; } = [-5, 0, 5, 10, 15, 20, Clean];

    /// <summary>A ratio so high that no noise is left.</summary>
    public const double Clean = 999999;

    private const double LowestRatio = -300;

    /// <summary>Mixes.</summary>
    /// <param name="speech">Mono samples.</param>
    /// <param name="noise">Noise at the same sample rate; where it ends before the speech does, it starts over.</param>
    /// <param name="snrDb">Signal-to-noise ratio in dB; <see cref="Clean"/> or infinity leaves the speech as it is.</param>
    /// <param name="noiseStart">First sample of the noise to use.</param>
    /// <returns>New samples of the speech's length, not clipped. Silent speech or silent noise gives the speech unchanged: no ratio can be reached.</returns>
    /// <exception cref="ArgumentException">The noise is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The start lies outside the noise, or the ratio is not a number of at least -300 dB.</exception>
    public static float[] Mix(ReadOnlySpan<float> speech, ReadOnlySpan<float> noise, double snrDb, int noiseStart = 0)
    {
        if (noise.IsEmpty)
            throw new ArgumentException("The noise has no samples.", nameof(noise));
        ArgumentOutOfRangeException.ThrowIfNegative(noiseStart);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(noiseStart, noise.Length);
        if (double.IsNaN(snrDb) || snrDb < LowestRatio)
            throw new ArgumentOutOfRangeException(nameof(snrDb), snrDb, $"The signal-to-noise ratio must be at least {LowestRatio} dB.");
        var piece = speech.Length <= noise.Length - noiseStart ? noise.Slice(noiseStart, speech.Length) : SampleMath.Repeat(noise, noiseStart, speech.Length);
        var result = speech.ToArray();
        var signal = SampleMath.SumOfSquares(speech);
        var disturbance = SampleMath.SumOfSquares(piece);
        if (signal == 0 || disturbance == 0)
            return result;
        var scale = (float)Math.Pow(10, ((10 * (Math.Log10(signal) - Math.Log10(disturbance))) - snrDb) / 20);
        if (scale > 0)
            SampleMath.AddScaled(result, piece, scale);
        return result;
    }

    /// <summary>Mixes a piece of noise that begins at a random place.</summary>
    /// <param name="speech">Mono samples.</param>
    /// <param name="noise">Noise at the same sample rate.</param>
    /// <param name="snrDb">Signal-to-noise ratio in dB.</param>
    /// <param name="random">Source of the place; the same seed gives the same mix.</param>
    /// <returns>New samples of the speech's length.</returns>
    /// <exception cref="ArgumentException">The noise is empty.</exception>
    public static float[] Mix(ReadOnlySpan<float> speech, ReadOnlySpan<float> noise, double snrDb, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        if (noise.IsEmpty)
            throw new ArgumentException("The noise has no samples.", nameof(noise));
        var last = noise.Length - speech.Length;
        return Mix(speech, noise, snrDb, random.Next(last >= 0 ? last + 1 : noise.Length));
    }

    /// <summary>
    /// Mixes as AV-HuBERT's own data set does: 16-bit samples, noise repeated or cut from its start, loudness by root mean square, the
    /// mix made quieter where it would clip, and fractions cut off.
    /// </summary>
    /// <param name="speech">16-bit samples.</param>
    /// <param name="noise">16-bit noise.</param>
    /// <param name="snrDb">Signal-to-noise ratio in dB.</param>
    /// <returns>New 16-bit samples of the speech's length.</returns>
    /// <exception cref="ArgumentException">The noise is empty.</exception>
    public static short[] MixPcm(ReadOnlySpan<short> speech, ReadOnlySpan<short> noise, double snrDb)
    {
        if (noise.IsEmpty)
            throw new ArgumentException("The noise has no samples.", nameof(noise));
        double signal = 0, disturbance = 0;
        for (var i = 0; i < speech.Length; i++)
        {
            signal += (double)speech[i] * speech[i];
            double other = noise[i % noise.Length];
            disturbance += other * other;
        }
        var scale = disturbance == 0 ? 0 : Math.Sqrt(signal / disturbance) / Math.Pow(10, snrDb / 20);
        var mixed = new float[speech.Length];
        float highest = 0, lowest = 0;
        for (var i = 0; i < mixed.Length; i++)
        {
            mixed[i] = speech[i] + (noise[i % noise.Length] * (float)scale);
            highest = Math.Max(highest, mixed[i]);
            lowest = Math.Min(lowest, mixed[i]);
        }
        var reduction = 1f;
        if (highest > short.MaxValue || lowest < short.MinValue)
            reduction = highest >= -lowest ? short.MaxValue / highest : short.MinValue / lowest;
        var result = new short[mixed.Length];
        for (var i = 0; i < result.Length; i++)
            result[i] = (short)Math.Clamp(mixed[i] * reduction, short.MinValue, short.MaxValue);
        return result;
    }
}
