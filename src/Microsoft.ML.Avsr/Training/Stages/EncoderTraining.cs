using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;

namespace Microsoft.ML.Avsr.Training;

/// <summary>The CTC stages of encoders that start from scratch.</summary>
internal sealed class EncoderTraining(RunContext run, AvsrModel model, int[][] transcripts)
{
    private readonly IReadOnlyList<TrainingExample> _examples = run.Examples;

    public (StageSummary, IReadOnlyList<LossPoint>) TrainAudio(int? epochs, double seconds)
    {
        var clips = ClipSelection.With(_examples, Modality.Audio);
        var frontEnd = new SpeechFrontEnd(model.Config);
        var augmenter = ClipSelection.Augmenter(run);
        var stage = new CtcStage("audio encoder (CTC)", model.AudioEncoder!, model.AudioCtc!, run);
        return stage.Run(
            clips, [.. clips.Select(i => _examples[i].Input.Audio!.Samples.Length)], [.. clips.Select(i => transcripts[i])],
            input =>
            {
                var (mel, valid) = frontEnd.AudioBatch(
                    [.. input.Clips.Select(b => augmenter.Draw(_examples[clips[b]].Input.Audio!.Samples, input.Done, input.Random))]);
                if (input.Random.NextDouble() < AudioAugmenter.NoiseShare(input.Done))
                    SpectrogramMask.Apply(mel, input.Random);
                return model.AudioEncoder!.call(mel.to(model.Device), valid?.to(model.Device));
            },
            epochs, seconds);
    }

    public (StageSummary, IReadOnlyList<LossPoint>) TrainVideo(int? epochs, double seconds)
    {
        var clips = ClipSelection.With(_examples, Modality.Video);
        var stage = new CtcStage("visual encoder (CTC)", model.VisualEncoder!, model.VideoCtc!, run);
        return stage.Run(
            clips, [.. clips.Select(i => _examples[i].Input.Video!.Frames)], [.. clips.Select(i => transcripts[i])],
            input =>
            {
                var (frames, valid) = ClipSelection.VariedVideo(_examples, [.. input.Clips.Select(b => clips[b])], input.Random);
                return model.VisualEncoder!.call(null, frames.to(model.Device), valid?.to(model.Device));
            },
            epochs, seconds);
    }
}
