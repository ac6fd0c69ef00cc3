using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using Microsoft.ML.Avsr.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Training;

/// <summary>
/// The fine-tuning recipe, in order: tokenizer from the transcripts; encoders that start from scratch learn with CTC; all encoders are frozen
/// and their features computed once; projector and language model learn from those. Pretrained encoders skip the CTC stage.
/// </summary>
public static class AvsrTrainer
{
    /// <summary>Trains a model.</summary>
    /// <param name="examples">Clips with transcripts.</param>
    /// <param name="options">The recipe.</param>
    /// <param name="progress">Receives progress, on the training thread.</param>
    /// <param name="cancellationToken">Checked between steps.</param>
    /// <param name="device">Where to train; <see langword="null"/> is the CPU.</param>
    /// <returns>The trained model, on that device; the caller owns it.</returns>
    /// <exception cref="ArgumentException">No example has a stream that the options ask for, or features have several widths.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static TrainedModel Train(
        IReadOnlyList<TrainingExample> examples, AvsrTrainerOptions options,
        IProgress<AvsrProgress>? progress = null, CancellationToken cancellationToken = default, Device? device = null)
    {
        options.Validate();
        var (audioFeatures, videoFeatures) = FeatureWidths(examples, options);
        // A stream that comes encoded somewhere is used encoded everywhere.
        var usable = examples.Select(e => e with { Input = e.Input.As(audioFeatures is not null, videoFeatures is not null) }).Where(e => (e.Input.Available & options.Modalities) != Modality.None && !string.IsNullOrWhiteSpace(e.Transcript)).ToList();
        if (usable.Count == 0)
            throw new ArgumentException($"None of the {examples.Count} examples has both a transcript and a stream among {options.Modalities}.", nameof(examples));
        var present = usable.Aggregate(Modality.None, (all, e) => all | e.Input.Available) & options.Modalities;
        var run = new Run(usable, options with { Modalities = present }, audioFeatures, videoFeatures, device ?? CPU, progress, cancellationToken);
        return run.Execute();
    }

    private static (int? Audio, int? Video) FeatureWidths(IReadOnlyList<TrainingExample> examples, AvsrTrainerOptions options)
    {
        var audio = options.Modalities.HasFlag(Modality.Audio) ? Width(examples.Select(e => e.Input.AudioFeatures), "audio") : null;
        if (audio is not null && options.AudioEncoderFolder is not null)
            throw new ArgumentException($"{nameof(options.AudioEncoderFolder)} = {options.AudioEncoderFolder}: the examples' sound is encoded already; leave it null.", nameof(options));
        return (audio, options.Modalities.HasFlag(Modality.Video) ? Width(examples.Select(e => e.Input.VideoFeatures), "video") : null);

        static int? Width(IEnumerable<Features.FeatureSequence?> features, string stream)
        {
            var widths = features.OfType<Features.FeatureSequence>().Select(f => f.Width).Distinct().ToArray();
            return widths.Length <= 1 ? widths.Length == 0 ? null : widths[0]
                : throw new ArgumentException($"The examples' {stream} features are {string.Join(" and ", widths)} wide; they must come from one encoder.", nameof(examples));
        }
    }

    /// <summary>The state of one training run.</summary>
    private sealed class Run(
        List<TrainingExample> examples, AvsrTrainerOptions options, int? audioFeatures, int? videoFeatures, Device device,
        IProgress<AvsrProgress>? progress, CancellationToken cancellationToken)
    {
        /// <summary>Share of a time budget that encoders from scratch get; what is left goes to the language model.</summary>
        private const double EncoderShare = 0.66;

        private readonly List<StageSummary> _stages = [];
        private readonly List<LossPoint> _curve = [];
        private readonly FeatureCache _audio = new(examples.Count);
        private readonly FeatureCache _video = new(examples.Count);

        public TrainedModel Execute()
        {
            manual_seed(options.Seed);
            var vocabulary = ByteLevelBpeTrainer.Train(examples.Select(e => e.Transcript), options.MaxVocabulary);
            var tokenizer = SpeechTokenizer.FromVocabulary(vocabulary);
            int[][] transcripts = [.. examples.Select(e => tokenizer.Encode(e.Transcript))];
            var pretrained = LoadAudioEncoder();
            var config = TinyPreset.Create(options, tokenizer, pretrained?.Config, audioFeatures, videoFeatures);
            var model = new AvsrModel(config, tokenizer, pretrained);
            try
            {
                model.to(device);
                TrainEncoders(model, transcripts);
                Freeze(model);
                CacheFeatures(model);
                var stage = new LanguageModelStage(model, _audio, _video, transcripts, options);
                _stages.Add(stage.Run(
                    options.Budget.TotalMinutes is null ? options.Budget.LanguageModelEpochs : null,
                    SecondsLeft(), progress, _curve, cancellationToken));
                var trained = model.parameters().Where(p => p.requires_grad).Sum(p => p.numel());
                var scratch = (config.AudioCtcHead ? Count(model.AudioEncoder!) : 0) + (config.VideoCtcHead ? Count(model.VisualEncoder!) : 0);
                return new TrainedModel(model, pretrained is null ? null : options.AudioEncoderFolder, _stages, _curve,
                    stage.MeasureRouting(), Count(model), trained + scratch);
            }
            catch
            {
                model.Dispose();
                throw;
            }
        }

        private static long Count(nn.Module module) => module.parameters().Sum(p => p.numel());

        private double SecondsLeft() => (options.Budget.TotalMinutes ?? 0) * 60 - _stages.Sum(s => s.Seconds);

        private WhisperEncoder? LoadAudioEncoder()
        {
            if (options.AudioEncoderFolder is null || !options.Modalities.HasFlag(Modality.Audio))
                return null;
            using var folder = HuggingFaceFolder.Open(options.AudioEncoderFolder);
            return WhisperEncoderFactory.FromHuggingFace(folder);
        }

        private void TrainEncoders(AvsrModel model, int[][] transcripts)
        {
            var scratch = (model.AudioCtc is null ? 0 : 1) + (model.VideoCtc is null ? 0 : 1);
            if (scratch == 0)
                return;
            var seconds = (options.Budget.TotalMinutes ?? 0) * 60 * EncoderShare / scratch;
            int? epochs = options.Budget.TotalMinutes is null ? options.Budget.EncoderEpochs : null;
            if (model.AudioCtc is not null)
                TrainAudioEncoder(model, transcripts, epochs, seconds);
            if (model.VideoCtc is not null)
                TrainVisualEncoder(model, transcripts, epochs, seconds);
        }

        private void TrainAudioEncoder(AvsrModel model, int[][] transcripts, int? epochs, double seconds)
        {
            var clips = Indices(Modality.Audio);
            var frontEnd = new SpeechFrontEnd(model.Config);
            var augmenter = Augmenter();
            var random = RandomStreams.Create(options.Seed, "audio augmentation");
            var stage = new CtcStage("audio encoder (CTC)", model.AudioEncoder!, model.AudioCtc!, options);
            _stages.Add(stage.Run(
                [.. clips.Select(i => examples[i].Input.Audio!.Samples.Length)], [.. clips.Select(i => transcripts[i])],
                (batch, done) =>
                {
                    var (mel, valid) = frontEnd.AudioBatch([.. batch.Select(b => augmenter.Draw(examples[clips[b]].Input.Audio!.Samples, done, random))]);
                    if (random.NextDouble() < AudioAugmenter.NoiseShare(done))
                        SpectrogramMask.Apply(mel, random);
                    return model.AudioEncoder!.call(mel.to(device), valid?.to(device));
                },
                epochs, seconds, progress, _curve, cancellationToken));
        }

        private void TrainVisualEncoder(AvsrModel model, int[][] transcripts, int? epochs, double seconds)
        {
            var clips = Indices(Modality.Video);
            var random = RandomStreams.Create(options.Seed, "video augmentation");
            var stage = new CtcStage("visual encoder (CTC)", model.VisualEncoder!, model.VideoCtc!, options);
            _stages.Add(stage.Run(
                [.. clips.Select(i => examples[i].Input.Video!.Frames)], [.. clips.Select(i => transcripts[i])],
                (batch, _) =>
                {
                    var (frames, valid) = VariedVideo([.. batch.Select(b => clips[b])], random);
                    return model.VisualEncoder!.call(null, frames.to(device), valid?.to(device));
                },
                epochs, seconds, progress, _curve, cancellationToken));
        }

        private AudioAugmenter Augmenter() =>
            new([.. Indices(Modality.Audio).Select(i => examples[i].Input.Audio!.Samples)], options);

        private int[] Indices(Modality modality) =>
            [.. Enumerable.Range(0, examples.Count).Where(i => examples[i].Input.Available.HasFlag(modality))];

        private (Tensor Frames, Tensor? Valid) VariedVideo(IReadOnlyList<int> clips, Random random)
        {
            var lengths = new long[clips.Count];
            var varied = new byte[clips.Count][];
            for (var b = 0; b < clips.Count; b++)
            {
                varied[b] = VideoAugmenter.Vary(examples[clips[b]].Input.Video!, random, out var time);
                lengths[b] = time;
            }
            var longest = lengths.Max();
            const int Frame = SpeechFrontEnd.FrameSize * SpeechFrontEnd.FrameSize;
            var pixels = new byte[clips.Count * longest * Frame]; // [batch, time, 88, 88]
            for (var b = 0; b < clips.Count; b++)
                varied[b].CopyTo(pixels, b * longest * Frame);
            return SpeechFrontEnd.Normalize(pixels, clips.Count, longest, lengths);
        }

        private static void Freeze(AvsrModel model)
        {
            foreach (var module in new nn.Module?[] { model.AudioEncoder, model.VisualEncoder, model.AudioCtc, model.VideoCtc })
            {
                module?.eval();
                foreach (var parameter in module?.parameters() ?? [])
                    parameter.requires_grad = false;
            }
        }

        private void CacheFeatures(AvsrModel model)
        {
            if (audioFeatures is not null)
                Cache("audio features", Indices(Modality.Audio), i => examples[i].Input.AudioFeatures!.Time, 1, _audio,
                    (clips, _) => model.CompressAudio(SpeechFrontEnd.FeatureBatch([.. clips.Select(i => examples[i].Input.AudioFeatures!)])));
            if (videoFeatures is not null)
                Cache("video features", Indices(Modality.Video), i => examples[i].Input.VideoFeatures!.Time, 1, _video,
                    (clips, _) => model.CompressVideo(SpeechFrontEnd.FeatureBatch([.. clips.Select(i => examples[i].Input.VideoFeatures!)])));
            if (model.AudioEncoder is not null)
            {
                var frontEnd = new SpeechFrontEnd(model.Config);
                var augmenter = Augmenter();
                var random = RandomStreams.Create(options.Seed, "audio versions");
                Cache("audio features", Indices(Modality.Audio), i => examples[i].Input.Audio!.Samples.Length, 1 + options.NoisyVersions, _audio,
                    (clips, version) =>
                    {
                        var (mel, valid) = frontEnd.AudioBatch([.. clips.Select(i => examples[i].Input.Audio!.Samples)
                            .Select(s => version == 0 ? s : augmenter.Noisy(s, random))]);
                        return model.EncodeAudio(mel, valid);
                    });
            }
            if (model.VisualEncoder is not null)
            {
                var random = RandomStreams.Create(options.Seed, "video versions");
                Cache("video features", Indices(Modality.Video), i => examples[i].Input.Video!.Frames, 1 + options.VideoPasses, _video,
                    (clips, version) =>
                    {
                        var (frames, valid) = version == 0
                            ? SpeechFrontEnd.VideoBatch([.. clips.Select(i => examples[i].Input.Video!)])
                            : VariedVideo(clips, random);
                        return model.EncodeVideo(frames, valid);
                    });
            }
        }

        private void Cache(
            string stage, int[] clips, Func<int, int> length, int versions, FeatureCache cache, Func<IReadOnlyList<int>, int, EncodedSequence> encode)
        {
            var clock = System.Diagnostics.Stopwatch.StartNew();
            using var inference = inference_mode();
            var chunks = clips.OrderBy(length).Chunk(options.EncoderBatchSize).ToArray();
            var step = 0;
            for (var version = 0; version < versions; version++)
                foreach (var chunk in chunks)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    using var scope = NewDisposeScope();
                    cache.Add(chunk, encode(chunk, version));
                    step++;
                    var seconds = clock.Elapsed.TotalSeconds;
                    progress?.Report(new AvsrProgress(stage, step, chunks.Length * versions, version + 1, null,
                        step * options.EncoderBatchSize / seconds, TimeSpan.FromSeconds(seconds / step * (chunks.Length * versions - step))));
                }
        }
    }
}
