using System.Diagnostics;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Training;

/// <summary>Runs the frozen encoders once over every clip, in several versions; encoders that train run in every step.</summary>
internal sealed class FeatureStage(RunContext run, AvsrModel model, TrainingPlan plan)
{
    private readonly AvsrTrainerOptions _options = run.Options;
    private readonly IReadOnlyList<TrainingExample> _examples = run.Examples;

    private readonly FeatureCache _audio = new(run.Examples.Count);
    private readonly FeatureCache _video = new(run.Examples.Count);
    private string? _voices;
    private IFeatureSource? _liveAudio;
    private IFeatureSource? _liveVideo;

    /// <summary>Compressed audio features; empty without an audio encoder.</summary>
    public IFeatureSource Audio => _liveAudio ?? _audio;

    /// <summary>Those of them that were computed once; empty where the audio encoder trains.</summary>
    public FeatureCache AudioCache => _audio;

    /// <summary>Compressed video features; empty without a visual encoder.</summary>
    public IFeatureSource Video => _liveVideo ?? _video;

    /// <summary>Computes audio features. The stream of random numbers begins here, so a resumed run computes the same.</summary>
    public void FillAudio()
    {
        if (model.Config.AudioFeatureWidth is not null)
        {
            // Features that came with the clips only need compression.
            Encode("audio features", Modality.Audio, i => _examples[i].Input.AudioFeatures!.Time, 1, _audio,
                (clips, _) => model.CompressAudio(SpeechFrontEnd.FeatureBatch([.. clips.Select(i => _examples[i].Input.AudioFeatures!)])));
        }
        if (model.AudioEncoder is not null)
            EncodeAudio(new SpeechFrontEnd(model.Config), ClipSelection.Augmenter(run));
    }

    /// <summary>Computes video features; see <see cref="FillAudio"/>.</summary>
    public void FillVideo()
    {
        if (model.Config.VideoFeatureWidth is not null)
        {
            Encode("video features", Modality.Video, i => _examples[i].Input.VideoFeatures!.Time, 1, _video,
                (clips, _) => model.CompressVideo(SpeechFrontEnd.FeatureBatch([.. clips.Select(i => _examples[i].Input.VideoFeatures!)])));
        }
        if (model.VisualEncoder is not null)
            EncodeVideo();
    }

    private void EncodeAudio(SpeechFrontEnd frontEnd, AudioAugmenter augmenter)
    {
        ReadOnlyMemory<float> Samples(int clip) => _examples[clip].Input.Audio!.Samples;
        EncodedSequence Encoded(IEnumerable<ReadOnlyMemory<float>> waveforms)
        {
            var (mel, valid) = frontEnd.AudioBatch([.. waveforms]);
            return model.EncodeAudio(mel, valid);
        }
        if (plan.Audio != PartTraining.Frozen)
        {
            var perToken = SpeechFrontEnd.SampleRate / model.Config.AudioEncoder!.FramesPerSecond * model.Config.AudioRate;
            _liveAudio = new LiveFeatures(_examples.Count, i => _examples[i].Input.Audio is { } audio ? Math.Max(1, (int)(audio.Samples.Length / perToken)) : 0,
                (clips, random) =>
                {
                    ReadOnlyMemory<float>[] heard = [.. clips.Select(Samples).Select(s => random is null || random.NextDouble() < _options.CleanShare ? s : augmenter.Noisy(s, random))];
                    return () => Encoded(heard);
                });
            return;
        }
        Encode("audio features", Modality.Audio, i => Samples(i).Length, 1 + _options.NoisyVersions, _audio,
            (clips, version) => Encoded(clips.Select(i => version == 0 ? Samples(i) : augmenter.Noisy(Samples(i), Stream("audio versions", i, version)))),
            () => FeatureStore.HashOf(model.AudioEncoder!, Settings(model.Config.AudioRate)),
            version => version == 0 ? "clean" : $"noisy {version} of seed {_options.Seed}: {string.Join(' ', _options.NoiseSnrs)} dB, voices {(_options.Babble ? Voices : "none")}, {string.Join('|', _options.NoisePaths)}, masks {_options.AdaptiveTimeMasks}");
    }

    private void EncodeVideo()
    {
        Func<EncodedSequence> Prepared(IReadOnlyList<int> clips, Func<int, Random>? streams)
        {
            var tensors = streams is not null ? ClipSelection.VariedVideo(run, clips, streams).Tensors
                : () => SpeechFrontEnd.VideoBatch([.. clips.Select(i => _examples[i].Input.Video!)]);
            return () =>
            {
                var (frames, valid) = tensors();
                return model.EncodeVideo(frames, valid);
            };
        }
        if (plan.Video != PartTraining.Frozen)
        {
            var perToken = 25 / model.Config.VisualEncoder!.FramesPerSecond * model.Config.VideoRate;
            _liveVideo = new LiveFeatures(_examples.Count, i => _examples[i].Input.Video is { } video ? Math.Max(1, (int)(video.Frames / perToken)) : 0,
                (clips, random) => Prepared(clips, random is null ? null : _ => random));
            return;
        }
        Encode("video features", Modality.Video, i => _examples[i].Input.Video!.Frames, 1 + _options.VideoPasses, _video,
            (clips, version) => Prepared(clips, version == 0 ? null : i => Stream("video versions", i, version))(),
            () => FeatureStore.HashOf(model.VisualEncoder!, Settings(model.Config.VideoRate)),
            version => version == 0 ? "plain" : $"varied {version} of seed {_options.Seed}: {_options.VideoAugmentation}, flip {_options.HorizontalFlip}, masks {_options.AdaptiveTimeMasks}");
    }

    /// <summary>A clip's own stream: what it is mixed with does not depend on which clips were read from disk.</summary>
    private Random Stream(string name, int clip, int version) => RandomStreams.Create(_options.Seed, $"{name}/{clip}", version);

    private string Settings(int rate) =>
        $"{model.Config.Compression} {rate} {model.Config.PadAudioTo30Seconds} {model.Config.StandardizeWaveform} {model.Config.Compatibility}";

    private string Voices => _voices ??= DataFingerprint.Of(_examples);

    private void Encode(
        string stage, Modality modality, Func<int, int> length, int versions, FeatureCache cache,
        Func<IReadOnlyList<int>, int, EncodedSequence> encode, Func<string>? encoder = null, Func<int, string>? variation = null)
    {
        var clock = Stopwatch.StartNew();
        var store = encoder is not null && _options.FeatureCacheFolder is { } folder ? new FeatureStore(folder) : null;
        var encoderHash = store is null ? "" : encoder!();
        var clipHashes = store is null ? [] : _examples.Select(e => DataFingerprint.Of(e.Input)).ToArray();
        using var inference = inference_mode();
        using var watch = Interruption.Watch(run.CancellationToken);
        var chunks = ClipSelection.With(_examples, modality).OrderBy(length).Chunk(_options.EncoderBatchSize).ToArray();
        var step = 0;
        for (var version = 0; version < versions; version++)
        {
            foreach (var chunk in chunks)
            {
                run.CancellationToken.ThrowIfCancellationRequested();
                using var scope = NewDisposeScope();
                string[] keys = store is null ? [] : [.. chunk.Select(i => FeatureStore.Key(clipHashes[i], encoderHash, variation!(version)))];
                // Whole chunks are read or computed, so that what is computed never depends on what was read.
                if (store is null || !ReadAll(store, cache, chunk, keys))
                {
                    var (rows, width) = cache.Add(chunk, encode(chunk, version));
                    for (var b = 0; b < keys.Length; b++)
                        store!.Write(keys[b], rows[b], width);
                }
                step++;
                var seconds = clock.Elapsed.TotalSeconds;
                run.Progress?.Report(new AvsrProgress(stage, step, chunks.Length * versions, version + 1, null,
                    step * _options.EncoderBatchSize / seconds, TimeSpan.FromSeconds(seconds / step * (chunks.Length * versions - step))));
            }
        }
    }

    private static bool ReadAll(FeatureStore store, FeatureCache cache, int[] clips, string[] keys)
    {
        var found = keys.Select(store.Read).TakeWhile(f => f is not null).ToArray();
        if (found.Length < keys.Length)
            return false;
        for (var b = 0; b < clips.Length; b++)
            cache.Add(clips[b], found[b]!.Value.Values, found[b]!.Value.Width);
        return true;
    }
}
