using Microsoft.ML.Avsr.Features;
using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using Microsoft.ML.Avsr.Text;

namespace Microsoft.ML.Avsr;

/// <summary>Measures a recogniser per kind of noise, level and stream. The babble of a clip is made of the other clips' voices.</summary>
internal static class NoiseEvaluator
{
    /// <summary>Fills the table.</summary>
    /// <param name="recognizer">The recogniser.</param>
    /// <param name="inputs">The clips. A clip that lacks a stream counts as wholly deleted where that stream is needed.</param>
    /// <param name="references">What is said in each.</param>
    /// <param name="modalities">The streams to compare.</param>
    /// <param name="snrs">Levels in decibels; <see langword="null"/> is clean. 0 dB is 0 dB.</param>
    /// <param name="normalizer">Applied to both texts before counting.</param>
    /// <param name="noises">Kinds of noise.</param>
    /// <param name="seed">Seed of the noise.</param>
    /// <param name="report">Called after each cell with the cells done and their number.</param>
    /// <param name="cancellationToken">Checked between tokens.</param>
    public static IReadOnlyList<NoiseCondition> Evaluate(
        ISpeechRecognizer recognizer, IReadOnlyList<SpeechInput> inputs, IReadOnlyList<string> references,
        IReadOnlyList<Modality> modalities, IReadOnlyList<double?> snrs, ITranscriptNormalizer normalizer,
        IReadOnlyList<NoiseType> noises, int seed, Action<int, int>? report, CancellationToken cancellationToken)
    {
        var cells = new List<NoiseCondition>();
        // What a cell does not depend on is measured once: sound does not reach a recogniser that only looks, and clean is clean.
        var known = new Dictionary<(Modality, bool IsClean), NoiseCondition>();
        foreach (var noise in noises)
        {
            foreach (var snr in snrs)
            {
                IReadOnlyList<SpeechInput>? noisy = null;
                foreach (var modality in modalities)
                {
                    var key = (modality, snr is null || modality == Modality.Video);
                    if (!key.Item2 || !known.TryGetValue(key, out var cell))
                    {
                        noisy ??= snr is { } level ? WithNoise(inputs, noise, level, seed) : inputs;
                        cell = Measure(recognizer, noisy, references, modality, normalizer, cancellationToken);
                        if (key.Item2)
                            known[key] = cell;
                    }
                    cells.Add(cell with { Snr = snr, Noise = noise });
                    report?.Invoke(cells.Count, noises.Count * snrs.Count * modalities.Count);
                }
            }
        }
        return cells;
    }

    private static NoiseCondition Measure(ISpeechRecognizer recognizer, IReadOnlyList<SpeechInput> inputs, IReadOnlyList<string> references, Modality modality,
        ITranscriptNormalizer normalizer, CancellationToken cancellationToken)
    {
        var texts = recognizer.Transcribe([.. inputs.Select(i => i.Restrict(modality))], cancellationToken);
        EditCounts words = default, characters = default;
        for (var i = 0; i < inputs.Count; i++)
        {
            var reference = normalizer.Normalize(references[i]);
            var hypothesis = normalizer.Normalize(texts[i].Text);
            words += ErrorRate.Words(reference, hypothesis);
            characters += ErrorRate.Characters(reference, hypothesis);
        }
        return new NoiseCondition(modality, null, words, characters);
    }

    /// <summary>The clips in noise; the same clip gets the same noise at every level.</summary>
    /// <param name="inputs">The clips.</param>
    /// <param name="type">The kind of noise.</param>
    /// <param name="snr">Signal-to-noise ratio in decibels.</param>
    /// <param name="seed">Seed of the noise.</param>
    public static SpeechInput[] WithNoise(IReadOnlyList<SpeechInput> inputs, NoiseType type, double snr, int seed)
    {
        var voices = inputs.Select(i => i.Audio?.Samples ?? ReadOnlyMemory<float>.Empty).ToArray();
        var result = new SpeechInput[inputs.Count];
        for (var i = 0; i < result.Length; i++)
        {
            if (inputs[i].Audio is not { } audio)
            {
                result[i] = inputs[i];
                continue;
            }
            var random = new Random(HashCode(seed, i));
            var noise = type switch
            {
                NoiseType.White => SteadyNoise.White(audio.Samples.Length, random),
                NoiseType.Pink => SteadyNoise.Pink(audio.Samples.Length, random),
                _ => Babble(voices, i, audio.Samples.Length, random),
            };
            result[i] = noise.Length == 0 ? inputs[i] : inputs[i].WithAudio(new AudioClip(NoiseMixer.Mix(audio.Samples.Span, noise, snr), audio.SampleRate));
        }
        return result;
    }

    // A clip never hides in its own voice.
    private static float[] Babble(ReadOnlyMemory<float>[] voices, int clip, int samples, Random random)
    {
        var others = voices.Where((voice, j) => j != clip && voice.Span.ContainsAnyExcept(0f)).ToArray();
        return others.Length == 0 ? [] : new BabbleNoise(others).Create(samples, random);
    }

    private static int HashCode(int seed, int clip) => unchecked((seed * 397 ^ clip) * 16777619) & int.MaxValue;
}
