using Microsoft.ML.Avsr.Features;
using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using Microsoft.ML.Avsr.Text;

namespace Microsoft.ML.Avsr;

/// <summary>Measures a recogniser per stream and noise level. The babble of a clip is made of the other clips' voices.</summary>
internal static class NoiseEvaluator
{
    /// <summary>Fills the table.</summary>
    /// <param name="recognizer">The recogniser.</param>
    /// <param name="inputs">The clips. A clip that lacks a stream counts as wholly deleted where that stream is needed.</param>
    /// <param name="references">What is said in each.</param>
    /// <param name="modalities">The streams to compare.</param>
    /// <param name="snrs">Levels in decibels; <see langword="null"/> is clean. 0 dB is 0 dB.</param>
    /// <param name="normalizer">Applied to both texts before counting.</param>
    /// <param name="seed">Seed of the babble.</param>
    /// <param name="report">Called after each cell with the cells done and their number.</param>
    /// <param name="cancellationToken">Checked between tokens.</param>
    public static IReadOnlyList<NoiseCondition> Evaluate(
        ISpeechRecognizer recognizer, IReadOnlyList<SpeechInput> inputs, IReadOnlyList<string> references,
        IReadOnlyList<Modality> modalities, IReadOnlyList<double?> snrs, ITranscriptNormalizer normalizer, int seed,
        Action<int, int>? report, CancellationToken cancellationToken)
    {
        var cells = new List<NoiseCondition>();
        NoiseCondition? seen = null;
        foreach (var snr in snrs)
        {
            var noisy = snr is { } level ? WithBabble(inputs, level, seed) : inputs;
            foreach (var modality in modalities)
            {
                // Sound does not reach a recogniser that only looks: its column is measured once.
                if (modality == Modality.Video && seen is not null)
                {
                    cells.Add(seen with { Snr = snr });
                    continue;
                }
                var texts = recognizer.Transcribe([.. noisy.Select(i => i.Restrict(modality))], cancellationToken);
                EditCounts words = default, characters = default;
                for (var i = 0; i < inputs.Count; i++)
                {
                    var reference = normalizer.Normalize(references[i]);
                    var hypothesis = normalizer.Normalize(texts[i].Text);
                    words += ErrorRate.Words(reference, hypothesis);
                    characters += ErrorRate.Characters(reference, hypothesis);
                }
                var cell = new NoiseCondition(modality, snr, words, characters);
                if (modality == Modality.Video)
                    seen = cell;
                cells.Add(cell);
                report?.Invoke(cells.Count, snrs.Count * modalities.Count);
            }
        }
        return cells;
    }

    private static SpeechInput[] WithBabble(IReadOnlyList<SpeechInput> inputs, double snr, int seed)
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
            // A clip never hides in its own voice. The same clip gets the same babble at every level.
            var others = voices.Where((v, j) => j != i && v.Span.ContainsAnyExcept(0f)).ToArray();
            var babble = others.Length == 0 ? [] : new BabbleNoise(others).Create(audio.Samples.Length, new Random(HashCode(seed, i)));
            result[i] = babble.Length == 0
                ? inputs[i]
                : inputs[i].WithAudio(new AudioClip(NoiseMixer.Mix(audio.Samples.Span, babble, snr), audio.SampleRate));
        }
        return result;
    }

    private static int HashCode(int seed, int clip) => unchecked((seed * 397 ^ clip) * 16777619) & int.MaxValue;
}
