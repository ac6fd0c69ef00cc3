using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Training;

/// <summary>
/// Second stage: projector and language model learn from cached encoder features (the paper's training, sections 6.5 and 12 of the reference's spec).
/// The loss is L = L_LM + 0.01 L_balance + 0.001 L_z; logits are computed at label positions only.
/// </summary>
internal sealed class LanguageModelStage(RunContext run, AvsrModel model, IFeatureSource audio, IFeatureSource video, IReadOnlyList<int[]> transcripts)
{
    private const string Name = "projector + language model";
    private const int MaskedSpans = 2;
    private readonly AvsrTrainerOptions _options = run.Options;
    private readonly PromptAssembler _assembler = new(model.Config, model.Tokenizer);

    /// <summary>Trains projector and language model.</summary>
    /// <param name="epochs">Epochs, or <see langword="null"/> when <paramref name="seconds"/> decides.</param>
    /// <param name="seconds">Seconds to spend.</param>
    public (StageSummary, IReadOnlyList<LossPoint>) Run(int? epochs, double seconds)
    {
        var loop = new StepLoop(Name, run, run.Describe);
        int[] lengths = [.. transcripts.Select((t, i) => audio.Length(i) + video.Length(i) + t.Length)];
        var result = loop.Run(
            Trainable(), _options.LearningRate,
            epoch => LengthBuckets.Epoch(lengths, _options.BatchSize, RandomStreams.Create(_options.Seed, Name + " order", epoch)),
            Loss, epochs, seconds);
        model.eval();
        return result;
    }

    /// <summary>Parameters that this stage changes.</summary>
    public List<Parameter> Trainable() =>
        [.. new nn.Module?[] { model.AudioEncoder, model.VisualEncoder, model.Projector, model.LanguageModel }
            .SelectMany(m => m?.parameters() ?? []).Where(p => p.requires_grad)];

    private StepLoss Loss(StepInput input)
    {
        var (batch, random) = (input.Clips, input.Random);
        var modality = DrawModality(random);
        var clips = batch.Where(i => (!modality.HasFlag(Modality.Audio) || audio.Has(i)) && (!modality.HasFlag(Modality.Video) || video.Has(i))).ToArray();
        if (clips.Length == 0)
        {
            // None of these clips has the drawn streams: use what the first one has, with the clips that have as much.
            modality = (audio.Has(batch[0]) ? Modality.Audio : 0) | (video.Has(batch[0]) ? Modality.Video : 0);
            clips = [.. batch.Where(i => (!modality.HasFlag(Modality.Audio) || audio.Has(i)) && (!modality.HasFlag(Modality.Video) || video.Has(i)))];
        }
        using var scope = NewDisposeScope();
        EncodedSequence? a = modality.HasFlag(Modality.Audio) ? audio.Batch(clips, random, MaskedSpans).To(model.Device) : null;
        EncodedSequence? v = modality.HasFlag(Modality.Video) ? video.Batch(clips, random, MaskedSpans).To(model.Device) : null;
        var projected = model.Projector.call(a, v);
        var prompt = _assembler.Assemble(
            model.LanguageModel, projected.Audio, a?.Lengths(), projected.Video, v?.Lengths(), [.. clips.Select(i => transcripts[i])]);
        var layers = _options.SinkLossWeight > 0 ? new List<Tensor>() : null;
        var terms = new List<(string Name, Tensor Value)> { ("transcript", TranscriptLoss.CrossEntropy(model.LanguageModel, prompt, layers)) };
        if (layers is not null)
            terms.Add(("sink", TranscriptLoss.Sink(layers, prompt).mul(_options.SinkLossWeight)));
        if (projected.LoadBalanceLoss is { } balance)
            terms.Add(("load balance", balance.mul(_options.LoadBalanceWeight)));
        if (projected.RouterZLoss is { } z)
            terms.Add(("router z", z.mul(_options.RouterZWeight)));
        var total = terms[0].Value;
        foreach (var (_, value) in terms.Skip(1))
            total = total.add(value);
        return new StepLoss(total.MoveToOuterDisposeScope(), [.. terms.Select(t => (t.Name, t.Value.MoveToOuterDisposeScope()))]);
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
            EncodedSequence? a = heard.Length > 0 ? audio.Batch(heard, null).To(model.Device) : null;
            EncodedSequence? v = seen.Length > 0 ? video.Batch(seen, null).To(model.Device) : null;
            if (a is not null || v is not null)
                collected.AddRange(model.Projector.call(a, v).Statistics);
        }
        model.Projector.CollectStatistics = false;
        return [.. collected.GroupBy(s => (s.Router, s.Modality)).Select(g => Merge([.. g]))];
    }

    // Means over all tokens: every batch counts by its number of tokens.
    private static RoutingStatistics Merge(RoutingStatistics[] parts)
    {
        var total = parts.Sum(p => p.Tokens);
        double Mean(Func<RoutingStatistics, double> value) => parts.Sum(p => value(p) * p.Tokens) / Math.Max(1, total);
        IReadOnlyList<IReadOnlyList<double>> shares = [.. Enumerable.Range(0, parts[0].Shares.Count).Select(choice =>
            (IReadOnlyList<double>)[.. Enumerable.Range(0, parts[0].Shares[choice].Count).Select(expert => Mean(p => p.Shares[choice][expert]))])];
        return parts[0] with { Tokens = total, Shares = shares, Entropy = Mean(p => p.Entropy) };
    }
}
