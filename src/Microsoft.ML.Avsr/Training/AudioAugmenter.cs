using Microsoft.ML.Avsr.Features;
using Microsoft.ML.Avsr.Modeling;

namespace Microsoft.ML.Avsr.Training;

/// <summary>Mixes babble made of other clips' voices, or recorded noise, into a clip, at a signal-to-noise ratio drawn from the options.</summary>
internal sealed class AudioAugmenter(
    IReadOnlyList<ReadOnlyMemory<float>> voices, AvsrTrainerOptions options, IReadOnlyList<ReadOnlyMemory<float>>? recordings = null)
{
    private const double NoiseBegins = 0.6;

    /// <summary>Beyond the end: the share of noisy clips ends at four tenths of what the options ask for.</summary>
    private const double NoiseIsFull = 1.6;

    // Recordings without any sound make no babble; training goes on clean.
    private readonly IReadOnlyList<ReadOnlyMemory<float>> _recordings = recordings ?? [];
    private readonly BabbleNoise? _babble = options.Babble && voices.Any(v => v.Span.ContainsAnyExcept(0f)) ? new(voices) : null;

    /// <summary>A noisy version of a clip.</summary>
    /// <param name="clean">Samples.</param>
    /// <param name="random">The source of noise and level.</param>
    public float[] Noisy(ReadOnlyMemory<float> clean, Random random)
    {
        Interruption.Check();
        clean = Masked(clean, random);
        if (options.NoiseSnrs.Count == 0 || (_babble is null && _recordings.Count == 0))
            return clean.ToArray();
        if (_recordings.Count > 0 && (_babble is null || random.Next(2) == 0))
            return NoiseMixer.Mix(clean.Span, _recordings[random.Next(_recordings.Count)].Span, options.NoiseSnrs[random.Next(options.NoiseSnrs.Count)], random);
        var noise = _babble!.Create(clean.Length, random);
        return NoiseMixer.Mix(clean.Span, noise, options.NoiseSnrs[random.Next(options.NoiseSnrs.Count)]);
    }

    /// <summary>
    /// A clean or noisy version of a clip while an encoder learns. An encoder that starts from scratch in babble stays at chance for long,
    /// so the noise begins late and grows to the share that the options ask for.
    /// </summary>
    /// <param name="clean">Samples.</param>
    /// <param name="done">Share of the stage that is done, 0 to 1.</param>
    /// <param name="random">The source of noise and level.</param>
    public ReadOnlyMemory<float> Draw(ReadOnlyMemory<float> clean, double done, Random random) =>
        random.NextDouble() < (1 - options.CleanShare) * NoiseShare(done) ? Noisy(clean, random) : Masked(clean, random);

    /// <summary>How far the noise has grown.</summary>
    /// <param name="done">Share of the stage that is done, 0 to 1.</param>
    public static double NoiseShare(double done) => Math.Clamp((done - NoiseBegins) / (NoiseIsFull - NoiseBegins), 0, 1);

    private ReadOnlyMemory<float> Masked(ReadOnlyMemory<float> clean, Random random)
    {
        if (!options.AdaptiveTimeMasks)
            return clean;
        var samples = clean.ToArray();
        AdaptiveTimeMask.Apply<float>(samples, AdaptiveTimeMask.Draw(samples.Length, AdaptiveTimeMask.AudioWindow, AdaptiveTimeMask.AudioStride, random));
        return samples;
    }
}
