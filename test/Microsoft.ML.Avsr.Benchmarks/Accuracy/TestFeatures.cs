using System.Globalization;
using Microsoft.ML.Avsr.Features;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using Microsoft.ML.Avsr.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Accuracy;

/// <summary>
/// The test clips as the encoders give them to the projector, in every condition: encoded once for all runs over the same encoders, and kept on disk
/// for the next start.
/// </summary>
internal sealed class TestFeatures
{
    /// <summary>The noise of the test is the same for all seeds of training, so that their spread is that of training.</summary>
    private const int NoiseSeed = 1;

    private const int BatchSize = 16;
    private readonly Dictionary<TestCondition, FeatureSequence[]> _audio = [];
    private readonly FeatureSequence[] _video;

    /// <summary>Encodes the clips, or reads what was encoded before.</summary>
    /// <param name="model">A model with the encoders.</param>
    /// <param name="clips">The test clips, with sound and picture.</param>
    /// <param name="folder">Where features are kept.</param>
    /// <param name="report">Receives the share that is done.</param>
    /// <param name="cancellationToken">Checked between batches.</param>
    public TestFeatures(AvsrModel model, IReadOnlyList<TrainingExample> clips, string folder, Action<double> report, CancellationToken cancellationToken)
    {
        var store = new FeatureStore(folder);
        var frontEnd = new SpeechFrontEnd(model.Config);
        var inputs = clips.Select(c => c.Input).ToArray();
        var voices = DataFingerprint.Of(clips);
        string[] hashes = [.. inputs.Select(DataFingerprint.Of)];
        var settings = $"{model.Config.Compression} {model.Config.AudioRate} {model.Config.VideoRate} {model.Config.PadAudioTo30Seconds} {model.Config.StandardizeWaveform}";
        var (hears, sees) = (FeatureStore.HashOf(model.AudioEncoder!, settings), FeatureStore.HashOf(model.VisualEncoder!, settings));
        var (done, total) = (0, TestCondition.All.Count + 1);
        using var inference = inference_mode();
        foreach (var condition in TestCondition.All)
        {
            SpeechInput[]? heard = null; // made where features are missing
            SpeechInput[] Heard() => heard ??= condition is { Noise: { } noise, Snr: { } snr } ? NoiseEvaluator.WithNoise(inputs, noise, snr, NoiseSeed) : inputs;
            _audio[condition] = Encode(hears, string.Create(CultureInfo.InvariantCulture, $"test {condition.Name}, seed {NoiseSeed} of {voices}"), batch =>
            {
                var (mel, valid) = frontEnd.AudioBatch([.. batch.Select(i => Heard()[i].Audio!.Samples)]);
                return model.EncodeAudio(mel, valid);
            });
            report(++done / (double)total);
        }
        _video = Encode(sees, "test", batch =>
        {
            var (frames, valid) = SpeechFrontEnd.VideoBatch([.. batch.Select(i => inputs[i].Video!)]);
            return model.EncodeVideo(frames, valid);
        });
        report(1);

        FeatureSequence[] Encode(string encoder, string variation, Func<int[], EncodedSequence> encode)
        {
            var found = new FeatureSequence[inputs.Length];
            foreach (var batch in Enumerable.Range(0, inputs.Length).Chunk(BatchSize))
            {
                cancellationToken.ThrowIfCancellationRequested();
                using var scope = NewDisposeScope();
                string[] keys = [.. batch.Select(i => FeatureStore.Key(hashes[i], encoder, variation))];
                var stored = keys.Select(store.Read).ToArray();
                if (!stored.Contains(null))
                {
                    for (var b = 0; b < batch.Length; b++)
                        found[batch[b]] = new FeatureSequence(stored[b]!.Value.Values, stored[b]!.Value.Time, stored[b]!.Value.Width);
                    continue;
                }
                var encoded = encode(batch);
                var lengths = encoded.Lengths();
                var features = encoded.Features.to_type(ScalarType.Float32).cpu();
                var width = (int)features.shape[2];
                for (var b = 0; b < batch.Length; b++)
                {
                    var row = features.select(0, b).narrow(0, 0, lengths[b]).contiguous(); // [tokens, width]
                    var values = row.data<float>().ToArray();
                    store.Write(keys[b], values, width);
                    found[batch[b]] = new FeatureSequence(values, (int)lengths[b], width);
                }
            }
            return found;
        }
    }

    /// <summary>Number of clips.</summary>
    public int Count => _video.Length;

    /// <summary>Transcribes all clips.</summary>
    /// <param name="recognizer">A model over the same encoders.</param>
    /// <param name="condition">How the clips sound.</param>
    /// <param name="modality">The streams to use.</param>
    /// <param name="cancellationToken">Checked between tokens.</param>
    /// <returns>The texts, in the order of the clips.</returns>
    public string[] Transcribe(SpeechRecognizer recognizer, TestCondition condition, Modality modality, CancellationToken cancellationToken)
    {
        var texts = new string[Count];
        var audio = _audio[condition];
        using var inference = inference_mode();
        foreach (var batch in Enumerable.Range(0, Count).OrderByDescending(i => audio[i].Time + _video[i].Time).Chunk(BatchSize))
        {
            using var scope = NewDisposeScope();
            EncodedSequence? heard = modality.HasFlag(Modality.Audio) ? SpeechFrontEnd.FeatureBatch([.. batch.Select(i => audio[i])]) : null;
            EncodedSequence? seen = modality.HasFlag(Modality.Video) ? SpeechFrontEnd.FeatureBatch([.. batch.Select(i => _video[i])]) : null;
            var found = recognizer.Decode(heard, seen, modality, cancellationToken);
            for (var b = 0; b < batch.Length; b++)
                texts[batch[b]] = found[b].Text;
        }
        return texts;
    }
}
