using Microsoft.ML.Avsr.Features;

namespace Microsoft.ML.Avsr.Training;

/// <summary>Mixes babble made of other clips' voices into a clip, at a signal-to-noise ratio drawn from the options.</summary>
internal sealed class AudioAugmenter(IReadOnlyList<ReadOnlyMemory<float>> voices, AvsrTrainerOptions options)
{
    // Recordings without any sound make no babble; training goes on clean.
    private readonly BabbleNoise? _babble = voices.Any(v => v.Span.ContainsAnyExcept(0f)) ? new(voices) : null;

    /// <summary>A noisy version of a clip.</summary>
    /// <param name="clean">Samples.</param>
    /// <param name="random">The source of noise and level.</param>
    public float[] Noisy(ReadOnlyMemory<float> clean, Random random)
    {
        if (options.NoiseSnrs.Count == 0 || _babble is null)
            return clean.ToArray();
        var noise = _babble.Create(clean.Length, random);
        return NoiseMixer.Mix(clean.Span, noise, options.NoiseSnrs[random.Next(options.NoiseSnrs.Count)]);
    }

    /// <summary>A clean or noisy version of a clip, as the options' share of clean clips says.</summary>
    /// <param name="clean">Samples.</param>
    /// <param name="random">The source of noise and level.</param>
    public ReadOnlyMemory<float> Draw(ReadOnlyMemory<float> clean, Random random) =>
        random.NextDouble() < options.CleanShare ? clean : Noisy(clean, random);
}
