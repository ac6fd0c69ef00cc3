using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Training;

/// <summary>One training run, stage by stage.</summary>
/// <param name="run">Options, clips and checkpoints.</param>
/// <param name="audioFeatures">Width of audio features that come encoded, or null.</param>
/// <param name="videoFeatures">Width of video features that come encoded, or null.</param>
/// <param name="device">Where to train.</param>
internal sealed class TrainingRun(RunContext run, int? audioFeatures, int? videoFeatures, Device device)
{
    /// <summary>Share of a time budget that encoders from scratch get; what is left goes to the language model.</summary>
    private const double EncoderShare = 0.66;

    private readonly AvsrTrainerOptions _options = run.Options;
    private readonly IReadOnlyList<TrainingExample> _examples = run.Examples;

    public TrainedModel Execute()
    {
        using var generator = manual_seed(_options.Seed);
        var vocabulary = ByteLevelBpeTrainer.Train(_examples.Select(e => e.Transcript), _options.MaxVocabulary);
        var tokenizer = SpeechTokenizer.FromVocabulary(vocabulary);
        int[][] transcripts = [.. _examples.Select(e => tokenizer.Encode(e.Transcript))];
        var pretrained = LoadAudioEncoder();
        var config = TinyPreset.Create(_options, tokenizer, pretrained?.Config, audioFeatures, videoFeatures);
        var model = new AvsrModel(config, tokenizer, pretrained);
        try
        {
            model.to(device);
            run.Begin(model, name => pretrained is null || !name.StartsWith("audio_encoder.", StringComparison.Ordinal));
            LanguageModelStage? last = null;
            var stop = Guarded(() => last = TrainStages(model, transcripts));
            model.eval();
            var trained = model.parameters().Where(p => p.requires_grad).Sum(p => p.numel());
            var scratch = (config.AudioCtcHead ? Count(model.AudioEncoder!) : 0) + (config.VideoCtcHead ? Count(model.VisualEncoder!) : 0);
            return new TrainedModel(model, pretrained is null ? null : _options.AudioEncoderFolder, run.Stages, run.Curve,
                last?.MeasureRouting() ?? [], Count(model), trained + scratch)
            {
                Stopped = stop,
            };
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private static long Count(nn.Module module) => module.parameters().Sum(p => p.numel());

    private LanguageModelStage TrainStages(AvsrModel model, int[][] transcripts)
    {
        var encoders = new EncoderTraining(run, model, transcripts);
        var scratch = (model.AudioCtc is null ? 0 : 1) + (model.VideoCtc is null ? 0 : 1);
        var seconds = (_options.Budget.TotalMinutes ?? 0) * 60 * EncoderShare / Math.Max(1, scratch);
        int? epochs = _options.Budget.TotalMinutes is null ? _options.Budget.EncoderEpochs : null;
        var number = 0;
        if (model.AudioCtc is not null)
            run.Stage(number++, () => encoders.TrainAudio(epochs, seconds));
        if (model.VideoCtc is not null)
            run.Stage(number++, () => encoders.TrainVideo(epochs, seconds));
        Freeze(model);
        var features = new FeatureStage(run, model);
        features.Fill();
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

    private WhisperEncoder? LoadAudioEncoder()
    {
        if (_options.AudioEncoderFolder is null || !_options.Modalities.HasFlag(Modality.Audio))
            return null;
        using var folder = HuggingFaceFolder.Open(_options.AudioEncoderFolder);
        return WhisperEncoderFactory.FromHuggingFace(folder);
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
}
