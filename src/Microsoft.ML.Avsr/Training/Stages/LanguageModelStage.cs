using Microsoft.ML.Avsr.Modeling;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Training;

/// <summary>
/// Second stage: projector and language model learn from encoder features (the paper's training, sections 6.5 and 12 of the reference's spec).
/// The loss is L = L_LM + 0.01 L_balance + 0.001 L_z; logits are computed at label positions only.
/// </summary>
internal sealed class LanguageModelStage(RunContext run, AvsrModel model, IFeatureSource audio, IFeatureSource video, IReadOnlyList<int[]> transcripts)
{
    private const string Name = "projector + language model";
    private const int SamplesPerFrame = 640;
    private readonly AvsrTrainerOptions _options = run.Options;
    private readonly PromptAssembler _assembler = new(model.Config, model.Tokenizer);

    /// <summary>Trains projector and language model.</summary>
    /// <param name="epochs">Epochs, or <see langword="null"/> when <paramref name="seconds"/> decides.</param>
    /// <param name="seconds">Seconds to spend.</param>
    public StageResult Run(int? epochs, double seconds)
    {
        using var masters = Masters();
        var loop = new StepLoop(Name, run, run.Describe);
        var batches = Batches();
        var result = loop.Run(masters, _options.LearningRate, batches, Prepare, epochs, seconds, _options.AveragedEpochs);
        if (_options.Precision == TrainingPrecision.BFloat16)
        {
            model.Projector.to(ScalarType.Float32);
            model.LanguageModel.to(ScalarType.Float32);
            masters.CopyTo(Trainable());
        }
        model.eval();
        return result;
    }

    /// <summary>Rounds the model where the options say so; what trains is kept in float32, too.</summary>
    private MasterWeights Masters()
    {
        if (_options.Precision == TrainingPrecision.Float32)
            return new MasterWeights(Trainable());
        // No dispose scope: the rounded parameters must outlive this method.
        var originals = Trainable().ConvertAll(p =>
        {
            using var detached = p.detach();
            return detached.clone();
        });
        model.Projector.to(ScalarType.BFloat16);
        model.LanguageModel.to(ScalarType.BFloat16);
        var masters = new MasterWeights(Trainable(), originals);
        originals.ForEach(original => original.Dispose());
        return masters;
    }

    /// <summary>Parameters that this stage changes.</summary>
    public List<Parameter> Trainable() =>
        [.. new nn.Module?[] { model.AudioEncoder, model.VisualEncoder, model.Projector, model.LanguageModel }
            .SelectMany(m => m?.parameters() ?? []).Where(p => p.requires_grad)];

    /// <summary>Share of tokens per expert over all clips, evaluated once.</summary>
    public IReadOnlyList<RoutingStatistics> MeasureRouting()
    {
        var collected = new List<RoutingStatistics>();
        using var inference = inference_mode();
        model.Projector.CollectStatistics = true;
        var clips = Enumerable.Range(0, transcripts.Count).ToArray();
        foreach (var chunk in clips.Chunk(64))
        {
            using var scope = NewDisposeScope();
            var heard = chunk.Where(audio.Has).ToArray();
            var seen = chunk.Where(video.Has).ToArray();
            EncodedSequence? a = heard.Length > 0 ? audio.Batch(heard, null)().To(model.Device) : null;
            EncodedSequence? v = seen.Length > 0 ? video.Batch(seen, null)().To(model.Device) : null;
            if (a is not null || v is not null)
                collected.AddRange(model.Projector.call(a, v).Statistics);
        }
        model.Projector.CollectStatistics = false;
        return RoutingStatistics.Merge(collected);
    }

    /// <summary>The batches of an epoch: by number of clips, or as the reference fills them, with a budget of frames.</summary>
    private Func<int, List<int[]>> Batches()
    {
        if (_options.MaxFrames is not { } frames)
        {
            int[] lengths = [.. transcripts.Select((t, i) => audio.Length(i) + video.Length(i) + t.Length)];
            return epoch => LengthBuckets.Epoch(lengths, _options.BatchSize, Order(epoch));
        }
        var filled = FrameBudgetBatches.Fill([.. run.Examples.Select(Frames)], frames, _options.LengthClasses);
        return epoch =>
        {
            var shuffled = filled.ToArray();
            Order(epoch).Shuffle(shuffled);
            return [.. shuffled];
        };
    }

    private Random Order(int epoch) => RandomStreams.Create(_options.Seed, Name + " order", epoch);

    private static int Frames(TrainingExample example) => Math.Max(1,
        example.Input.Video?.Frames ?? example.Input.VideoFeatures?.Time ?? example.Input.Audio?.Samples.Length / SamplesPerFrame ?? example.Input.AudioFeatures!.Time / 2);

    /// <summary>Draws what a batch trains, and its features.</summary>
    private Func<StepLoss?> Prepare(StepInput input)
    {
        var random = input.Random;
        var factors = (Draw(_options.AudioCompressions, random), Draw(_options.VideoCompressions, random));
        var tasks = new List<TaskInput>();
        if (_options.Tasks is { } weights)
        {
            foreach (var (modality, weight) in new[] { (Modality.Audio, weights.Audio), (Modality.Video, weights.Video), (Modality.AudioVisual, weights.AudioVisual) })
            {
                var clips = input.Clips.Where(i => Has(i, modality)).ToArray();
                if (weight > 0 && clips.Length > 0)
                    tasks.Add(Task(clips, modality, factors, random, weight, $" of {modality}"));
            }
        }
        else
        {
            var modality = DrawModality(random);
            var clips = input.Clips.Where(i => Has(i, modality)).ToArray();
            if (clips.Length == 0)
            {
                // None of these clips has the drawn streams: use what the first one has, with the clips that have as much.
                var first = input.Clips[0];
                modality = (audio.Has(first) ? Modality.Audio : 0) | (video.Has(first) ? Modality.Video : 0);
                clips = [.. input.Clips.Where(i => Has(i, modality))];
            }
            tasks.Add(Task(clips, modality, factors, random, 1, ""));
        }
        return () => Loss(tasks);
    }

    private TaskInput Task(int[] clips, Modality modality, (int Audio, int Video) factors, Random random, double weight, string name) => new(
        name, weight, [.. clips.Select(i => transcripts[i])],
        modality.HasFlag(Modality.Audio) ? Features(audio, clips, random, factors.Audio, _options.MaskedTokens) : null,
        modality.HasFlag(Modality.Video)
            ? Features(video, clips, random, factors.Video, modality.HasFlag(Modality.Audio) ? _options.MaskedVideoTokens : _options.MaskedTokens) : null);

    private StepLoss? Loss(List<TaskInput> tasks)
    {
        using var scope = NewDisposeScope();
        var terms = new List<(string Name, Tensor Value)>();
        var statistics = new List<RoutingStatistics>();
        foreach (var task in tasks)
            AddTerms(task, terms, statistics);
        if (terms.Count == 0)
            return null;
        var total = terms[0].Value;
        foreach (var (_, value) in terms.Skip(1))
            total = total.add(value);
        return new StepLoss(total.MoveToOuterDisposeScope(), [.. terms.Select(t => (t.Name, t.Value.MoveToOuterDisposeScope()))], statistics);
    }

    private void AddTerms(TaskInput task, List<(string Name, Tensor Value)> terms, List<RoutingStatistics> statistics)
    {
        EncodedSequence? a = task.Audio?.Invoke();
        EncodedSequence? v = task.Video?.Invoke();
        model.Projector.CollectStatistics = _options.RoutingEverySteps > 0;
        var projected = model.Projector.call(a, v);
        model.Projector.CollectStatistics = false;
        statistics.AddRange(projected.Statistics);
        var prompt = _assembler.Assemble(model.LanguageModel, projected.Audio, a?.Lengths(), projected.Video, v?.Lengths(), task.Transcripts);
        var layers = _options.SinkLossWeight > 0 ? new List<Tensor>() : null;
        Add("transcript", TranscriptLoss.CrossEntropy(model.LanguageModel, prompt, layers, _options.LabelSmoothing), 1);
        if (layers is not null)
            Add("sink", TranscriptLoss.Sink(layers, prompt), _options.SinkLossWeight);
        if (projected.LoadBalanceLoss is { } balance)
            Add("load balance", balance, _options.LoadBalanceWeight);
        if (projected.RouterZLoss is { } z)
            Add("router z", z, _options.RouterZWeight);

        void Add(string name, Tensor value, double factor) => terms.Add((name + task.Name, factor * task.Weight == 1 ? value : value.mul(factor * task.Weight)));
    }

    private Func<EncodedSequence> Features(IFeatureSource source, int[] clips, Random random, int factor, double masked)
    {
        var prepared = source.Batch(clips, random, masked);
        return () =>
        {
            var batch = prepared().To(model.Device);
            if (factor > 1)
                batch = TokenCompression.AveragePool(batch, factor);
            return _options.Precision == TrainingPrecision.BFloat16 ? batch with { Features = batch.Features.to_type(ScalarType.BFloat16) } : batch;
        };
    }

    private bool Has(int clip, Modality modality) =>
        (!modality.HasFlag(Modality.Audio) || audio.Has(clip)) && (!modality.HasFlag(Modality.Video) || video.Has(clip));

    // 1 is the model's own rate; nothing is drawn where there is no other.
    private static int Draw(IReadOnlyList<int> factors, Random random)
    {
        if (factors.Count == 0)
            return 1;
        var which = random.Next(factors.Count + 1);
        return which == 0 ? 1 : factors[which - 1];
    }

    private Modality DrawModality(Random random)
    {
        var supported = model.Config.Supported;
        if (supported != Modality.AudioVisual)
            return supported;
        var draw = random.NextDouble() * (_options.AudioShare + _options.VideoShare + _options.AudioVisualShare);
        return draw < _options.AudioShare ? Modality.Audio
            : draw < _options.AudioShare + _options.VideoShare ? Modality.Video
            : Modality.AudioVisual;
    }

    /// <summary>One task of a step, drawn and without tensors.</summary>
    /// <param name="Name">What messages call it.</param>
    /// <param name="Weight">Its weight in the loss.</param>
    /// <param name="Transcripts">Token ids of each clip.</param>
    /// <param name="Audio">Makes the sound's features, [batch, tokens, width].</param>
    /// <param name="Video">Makes the picture's features, [batch, tokens, width].</param>
    private sealed record TaskInput(
        string Name, double Weight, int[][] Transcripts, Func<EncodedSequence>? Audio, Func<EncodedSequence>? Video);
}
