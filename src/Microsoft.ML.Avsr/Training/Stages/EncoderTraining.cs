using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Training;

/// <summary>The CTC stages of encoders that start from scratch.</summary>
internal sealed class EncoderTraining(RunContext run, AvsrModel model, int[][] transcripts)
{
    private const int HeadEpochs = 6;

    /// <summary>Alignments whose tokens have a smaller probability than this, as a geometric mean, are not used.</summary>
    private const double LeastConfidence = 0.2;

    private readonly IReadOnlyList<TrainingExample> _examples = run.Examples;
    private readonly (double Start, double End)?[] _speech = new (double, double)?[run.Examples.Count];

    public StageResult TrainAudio(int? epochs, double seconds)
    {
        var clips = ClipSelection.With(_examples, Modality.Audio);
        var frontEnd = new SpeechFrontEnd(model.Config);
        var augmenter = ClipSelection.Augmenter(run);
        var stage = new CtcStage("audio encoder (CTC)", model.AudioEncoder!, model.AudioCtc!, run);
        return stage.Run(
            clips, [.. clips.Select(i => _examples[i].Input.Audio!.Samples.Length)], [.. clips.Select(i => transcripts[i])],
            input =>
            {
                ReadOnlyMemory<float>[] heard = [.. input.Clips.Select(b => augmenter.Draw(_examples[clips[b]].Input.Audio!.Samples, input.Done, input.Random))];
                return () =>
                {
                    var (mel, valid) = frontEnd.AudioBatch(heard);
                    if (input.Random.NextDouble() < AudioAugmenter.NoiseShare(input.Done))
                        SpectrogramMask.Apply(mel, input.Random);
                    var encoded = model.AudioEncoder!.call(mel.to(model.Device), valid?.to(model.Device));
                    return new EncodedBatch(TokenCompression.AveragePool(encoded, model.Config.AudioCtcRate));
                };
            },
            epochs, seconds);
    }

    /// <summary>Trains a CTC head over the cached features of a frozen audio encoder: quick, and it tells when words are said.</summary>
    public StageResult TrainAudioHead(FeatureCache features)
    {
        var clips = ClipSelection.With(_examples, Modality.Audio);
        var stage = new CtcStage("audio head (CTC)", null, model.AudioCtc!, run);
        return stage.Run(
            clips, [.. clips.Select(features.Length)], [.. clips.Select(i => transcripts[i])],
            input =>
            {
                int[] chosen = [.. input.Clips.Select(b => clips[b])];
                var window = features.Window(chosen, input.Random, [.. chosen.Select(i => SpeechFrames(i, features.Length(i)))]);
                return () => new EncodedBatch(window());
            },
            HeadEpochs, seconds: 0);
    }

    /// <summary>
    /// When the tokens of each clip are said, by its sound. Sound is far easier to read than lips: with these times the visual encoder does not have to
    /// find out by itself what belongs to what, and learns in a third of the epochs.
    /// </summary>
    /// <returns>Per clip; null where there is no sound, no picture, or the alignment is doubtful.</returns>
    public TokenTimes?[] TimeTokens(FeatureCache features)
    {
        var times = new TokenTimes?[_examples.Count];
        if (model.AudioCtc is not { } head)
            return times;
        using var inference = inference_mode();
        using var watch = Interruption.Watch(run.CancellationToken);
        var asProjected = model.Config.AudioCtcRate == model.Config.AudioRate;
        var frontEnd = new SpeechFrontEnd(model.Config);
        var clips = ClipSelection.With(_examples, Modality.AudioVisual);
        foreach (var chunk in clips.OrderBy(i => _examples[i].Input.Audio!.Samples.Length).Chunk(run.Options.EncoderBatchSize))
        {
            run.CancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            EncodedSequence encoded;
            if (asProjected)
            {
                encoded = features.Batch(chunk, null)();
            }
            else
            {
                var (mel, valid) = frontEnd.AudioBatch([.. chunk.Select(i => _examples[i].Input.Audio!.Samples)]);
                encoded = TokenCompression.AveragePool(model.AudioEncoder!.call(mel.to(model.Device), valid?.to(model.Device)), model.Config.AudioCtcRate);
            }
            var scores = head.call(encoded.Features).cpu().contiguous(); // [batch, time, vocabulary + 1]
            var (time, classes) = ((int)scores.shape[1], (int)scores.shape[2]);
            var values = scores.data<float>().ToArray();
            var lengths = encoded.Lengths();
            for (var b = 0; b < chunk.Length; b++)
            {
                var (start, count) = SpeechFrames(chunk[b], (int)lengths[b]);
                var own = values.AsSpan((b * time + start) * classes, count * classes);
                if (ForcedAlignment.Align(own, classes, head.Blank, transcripts[chunk[b]]) is var (centers, confidence) && confidence >= LeastConfidence)
                    times[chunk[b]] = TokenTimes.Around(transcripts[chunk[b]], [.. centers.Select(c => (start + c + 0.5) * HeadFrameSeconds)]);
            }
        }
        return times;
    }

    /// <summary>Seconds per frame of the audio head.</summary>
    private double HeadFrameSeconds => model.Config.AudioCtcRate / model.AudioEncoder!.Config.FramesPerSecond;

    /// <summary>The frames of the audio head in which a clip has sound.</summary>
    private (int Start, int Count) SpeechFrames(int clip, int frames)
    {
        var (start, end) = _speech[clip] ??= SpeechSpan.Of(_examples[clip].Input.Audio!.Samples.Span);
        var first = Math.Clamp((int)(start / HeadFrameSeconds), 0, frames - 1);
        return (first, Math.Clamp((int)Math.Ceiling(end / HeadFrameSeconds), first + 1, frames) - first);
    }

    /// <summary>Trains the visual encoder.</summary>
    /// <param name="times">When each clip's tokens are said, where known.</param>
    /// <param name="epochs">Epochs, or null when <paramref name="seconds"/> decides.</param>
    /// <param name="seconds">Seconds to spend.</param>
    public StageResult TrainVideo(TokenTimes?[] times, int? epochs, double seconds)
    {
        var clips = ClipSelection.With(_examples, Modality.Video);
        var stage = new CtcStage("visual encoder (CTC)", model.VisualEncoder!, model.VideoCtc!, run);
        return stage.Run(
            clips, [.. clips.Select(i => _examples[i].Input.Video!.Frames)], [.. clips.Select(i => transcripts[i])],
            input =>
            {
                int[] chosen = [.. input.Clips.Select(b => clips[b])];
                var (tensors, orders) = ClipSelection.VariedVideo(run, chosen, _ => input.Random);
                return () =>
                {
                    var (frames, valid) = tensors();
                    var encoded = model.VisualEncoder!.call(null, frames.to(model.Device), valid?.to(model.Device));
                    return new EncodedBatch(encoded, FrameTokens(chosen, orders, times, (int)encoded.Features.shape[1]));
                };
            },
            epochs, seconds);
    }

    /// <summary>The token or blank that each position of the visual encoder's output stands for, [clips * positions]; -1 where unknown.</summary>
    private long[]? FrameTokens(int[] clips, IReadOnlyList<int>[] orders, TokenTimes?[] times, int positions)
    {
        if (Array.TrueForAll(clips, c => times[c] is null))
            return null;
        var stride = model.VisualEncoder!.Config.TimeStride;
        var tokens = new long[clips.Length * positions];
        Array.Fill(tokens, -1);
        for (var b = 0; b < clips.Length; b++)
        {
            if (times[clips[b]] is not { } known)
                continue;
            var rate = _examples[clips[b]].Input.Video!.FrameRate;
            for (var t = 0; t * stride < orders[b].Count; t++)
                tokens[b * positions + t] = known.At((orders[b][t * stride] + 0.5) / rate, model.VideoCtc!.Blank);
        }
        return tokens;
    }
}
