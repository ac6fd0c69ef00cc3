using Microsoft.ML.Avsr.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Training;

/// <summary>One training run, stage by stage.</summary>
/// <param name="run">Options, clips and checkpoints.</param>
/// <param name="audioFeatures">Width of audio features that come encoded, or null.</param>
/// <param name="videoFeatures">Width of video features that come encoded, or null.</param>
/// <param name="device">Where to train.</param>
/// <param name="log">Receives the table of modules before training.</param>
internal sealed class TrainingRun(RunContext run, int? audioFeatures, int? videoFeatures, Device device, Action<string>? log)
{
    /// <summary>Share of a time budget that encoders from scratch get; what is left goes to the language model.</summary>
    private const double EncoderShare = 0.66;

    /// <summary>Share of frames that a fresh CTC head expects to hold a token.</summary>
    private const double TokenShare = 0.2;

    private readonly AvsrTrainerOptions _options = run.Options;
    private readonly IReadOnlyList<TrainingExample> _examples = run.Examples;

    public TrainedModel Execute()
    {
        using var generator = manual_seed(_options.Seed);
        var built = new ModelBuilder(_options, _examples, audioFeatures, videoFeatures).Build();
        var model = built.Model;
        try
        {
            var plan = new TrainingPlan(built, _options);
            int[][] transcripts = [.. _examples.Select(e => model.Tokenizer.Encode(e.Transcript))];
            BeginHeads(model, plan, transcripts);
            var modules = plan.Summarize();
            log?.Invoke(ModuleSummary.Table(modules));
            model.to(device);
            run.Begin(model, plan.IsStored);
            LanguageModelStage? last = null;
            var stop = Guarded(() => last = TrainStages(model, plan, transcripts));
            model.to(ScalarType.Float32); // a stopped stage may leave it in bfloat16
            model.eval();
            return new TrainedModel(model, plan.Frozen(), run.Stages, run.Curve, last?.MeasureRouting() ?? [],
                modules.Sum(m => m.Parameters), modules.Sum(m => m.Trainable))
            {
                RoutingHistory = run.Routing,
                Modules = modules,
                Stopped = stop,
            };
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private static void BeginHeads(AvsrModel model, TrainingPlan plan, int[][] transcripts)
    {
        var counts = new int[model.Tokenizer.BaseVocabularySize];
        foreach (var token in transcripts.SelectMany(t => t))
            counts[token]++;
        if (plan.AudioFromScratch || plan.AudioHeadAlone)
            model.AudioCtc!.StartFrom(counts, TokenShare);
        if (plan.VideoFromScratch)
            model.VideoCtc!.StartFrom(counts, TokenShare);
    }

    private LanguageModelStage TrainStages(AvsrModel model, TrainingPlan plan, int[][] transcripts)
    {
        var encoders = new EncoderTraining(run, model, transcripts);
        var scratch = (plan.AudioFromScratch ? 1 : 0) + (plan.VideoFromScratch ? 1 : 0);
        var seconds = (_options.Budget.TotalMinutes ?? 0) * 60 * EncoderShare / Math.Max(1, scratch);
        int? epochs = _options.Budget.TotalMinutes is null ? _options.Budget.EncoderEpochs : null;
        var number = 0;
        if (plan.AudioFromScratch)
            run.Stage(number++, () => encoders.TrainAudio(epochs, seconds));
        model.AudioEncoder?.eval();
        var features = new FeatureStage(run, model, plan);
        features.FillAudio();
        if (plan.AudioHeadAlone)
            run.Stage(number++, () => encoders.TrainAudioHead(features.AudioCache));
        model.AudioCtc?.eval();
        if (plan.VideoFromScratch)
        {
            var times = plan.Audio == PartTraining.Frozen ? encoders.TimeTokens(features.AudioCache) : new TokenTimes?[_examples.Count];
            run.Stage(number++, () => encoders.TrainVideo(times, epochs, seconds));
        }
        plan.BeginLastStage();
        features.FillVideo();
        model.Config = model.Config with
        {
            AudioCtcCertainty = model.Config.AudioCtcRate == model.Config.AudioRate ? HeadCertainty.Of(model.AudioCtc, features.Audio, _examples.Count) : null,
            VideoCtcCertainty = model.Config.VideoRate == 1 ? HeadCertainty.Of(model.VideoCtc, features.Video, _examples.Count) : null,
        };
        var stage = new LanguageModelStage(run, model, features.Audio, features.Video, transcripts);
        var left = (_options.Budget.TotalMinutes ?? 0) * 60 - run.Stages.Sum(s => s.Seconds);
        run.Stage(number, () => stage.Run(_options.Budget.TotalMinutes is null ? _options.Budget.LanguageModelEpochs : null, left));
        return stage;
    }

    /// <summary>Runs the stages; where the options say so, a stop becomes the best model so far in place of an exception.</summary>
    private TrainingStop? Guarded(Action stages)
    {
        try
        {
            stages();
            return null;
        }
        catch (TrainingDivergedException e) when (_options.OnDivergence == StopBehavior.ReturnBest)
        {
            return new TrainingStop(e.Stage, e.Step, e.Message, run.RestoreBest(unlessBelow: null));
        }
        catch (OperationCanceledException) when (_options.OnCancellation == StopBehavior.ReturnBest)
        {
            var (stage, step, loss) = run.Interrupted;
            return new TrainingStop(stage, step, "Cancelled.", loss is { } current ? run.RestoreBest(current) : null);
        }
    }
}
