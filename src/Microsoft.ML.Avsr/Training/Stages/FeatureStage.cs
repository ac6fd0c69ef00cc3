using System.Diagnostics;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Training;

/// <summary>Runs the frozen encoders once over every clip, in several versions.</summary>
internal sealed class FeatureStage(RunContext run, AvsrModel model)
{
    private readonly AvsrTrainerOptions _options = run.Options;
    private readonly IReadOnlyList<TrainingExample> _examples = run.Examples;

    /// <summary>Compressed audio features; empty without an audio encoder.</summary>
    public FeatureCache Audio { get; } = new(run.Examples.Count);

    /// <summary>Compressed video features; empty without a visual encoder.</summary>
    public FeatureCache Video { get; } = new(run.Examples.Count);

    /// <summary>Computes all features. The streams of random numbers begin here, so a resumed run computes the same.</summary>
    public void Fill()
    {
        FillEncoded();
        if (model.AudioEncoder is not null)
        {
            var frontEnd = new SpeechFrontEnd(model.Config);
            var augmenter = ClipSelection.Augmenter(run);
            var random = RandomStreams.Create(_options.Seed, "audio versions");
            Encode("audio features", Modality.Audio, i => _examples[i].Input.Audio!.Samples.Length, 1 + _options.NoisyVersions, Audio,
                (clips, version) =>
                {
                    var (mel, valid) = frontEnd.AudioBatch([.. clips.Select(i => _examples[i].Input.Audio!.Samples)
                        .Select(s => version == 0 ? s : augmenter.Noisy(s, random))]);
                    return model.EncodeAudio(mel, valid);
                });
        }
        if (model.VisualEncoder is not null)
        {
            var random = RandomStreams.Create(_options.Seed, "video versions");
            Encode("video features", Modality.Video, i => _examples[i].Input.Video!.Frames, 1 + _options.VideoPasses, Video,
                (clips, version) =>
                {
                    var (frames, valid) = version == 0
                        ? SpeechFrontEnd.VideoBatch([.. clips.Select(i => _examples[i].Input.Video!)])
                        : ClipSelection.VariedVideo(_examples, clips, random);
                    return model.EncodeVideo(frames, valid);
                });
        }
    }

    /// <summary>Features that came with the clips only need compression.</summary>
    private void FillEncoded()
    {
        if (model.Config.AudioFeatureWidth is not null)
        {
            Encode("audio features", Modality.Audio, i => _examples[i].Input.AudioFeatures!.Time, 1, Audio,
                (clips, _) => model.CompressAudio(SpeechFrontEnd.FeatureBatch([.. clips.Select(i => _examples[i].Input.AudioFeatures!)])));
        }
        if (model.Config.VideoFeatureWidth is not null)
        {
            Encode("video features", Modality.Video, i => _examples[i].Input.VideoFeatures!.Time, 1, Video,
                (clips, _) => model.CompressVideo(SpeechFrontEnd.FeatureBatch([.. clips.Select(i => _examples[i].Input.VideoFeatures!)])));
        }
    }

    private void Encode(
        string stage, Modality modality, Func<int, int> length, int versions, FeatureCache cache,
        Func<IReadOnlyList<int>, int, EncodedSequence> encode)
    {
        var clock = Stopwatch.StartNew();
        using var inference = inference_mode();
        var chunks = ClipSelection.With(_examples, modality).OrderBy(length).Chunk(_options.EncoderBatchSize).ToArray();
        var step = 0;
        for (var version = 0; version < versions; version++)
        {
            foreach (var chunk in chunks)
            {
                run.CancellationToken.ThrowIfCancellationRequested();
                using var scope = NewDisposeScope();
                cache.Add(chunk, encode(chunk, version));
                step++;
                var seconds = clock.Elapsed.TotalSeconds;
                run.Progress?.Report(new AvsrProgress(stage, step, chunks.Length * versions, version + 1, null,
                    step * _options.EncoderBatchSize / seconds, TimeSpan.FromSeconds(seconds / step * (chunks.Length * versions - step))));
            }
        }
    }
}
