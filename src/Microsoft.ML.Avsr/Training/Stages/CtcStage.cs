using Microsoft.ML.Avsr.Modeling;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Training;

/// <summary>
/// First stage of an encoder that starts from scratch: connectionist temporal classification over the transcript's tokens.
/// Cross-entropy through the language model alone leaves such an encoder at chance; with CTC it learns, and its head later gives word times.
/// </summary>
/// <param name="name">Name of the stage.</param>
/// <param name="encoder">The encoder; <see langword="null"/> trains the head alone.</param>
/// <param name="head">The head.</param>
/// <param name="run">The run.</param>
internal sealed class CtcStage(string name, nn.Module? encoder, CtcHead head, RunContext run)
{
    /// <summary>Weight of the loss per frame where the tokens' times are known, against CTC's loss per token.</summary>
    private const double FrameWeight = 3;

    /// <summary>Trains encoder and head.</summary>
    /// <param name="clips">The clips among the run's, to name them in messages.</param>
    /// <param name="lengths">Input length of each clip, for bucketing.</param>
    /// <param name="transcripts">Token ids of each clip.</param>
    /// <param name="prepare">Draws the augmented batch of some clips, without tensors; what it returns encodes it.</param>
    /// <param name="epochs">Epochs, or <see langword="null"/> when <paramref name="seconds"/> decides.</param>
    /// <param name="seconds">Seconds to spend.</param>
    public StageResult Run(
        int[] clips, IReadOnlyList<int> lengths, IReadOnlyList<int[]> transcripts, Func<StepInput, Func<EncodedBatch>> prepare, int? epochs, double seconds)
    {
        encoder?.train();
        head.train();
        var options = run.Options;
        var loop = new StepLoop(name, run, clip => run.Describe(clips[clip]));
        using var masters = new MasterWeights((encoder?.parameters() ?? []).Concat(head.parameters()).ToList<Parameter>());
        var result = loop.Run(
            masters, options.EncoderLearningRate,
            epoch => LengthBuckets.Epoch(lengths, options.EncoderBatchSize, RandomStreams.Create(options.Seed, name + " order", epoch)),
            input =>
            {
                var encode = prepare(input);
                int[][] texts = [.. input.Clips.Select(i => transcripts[i])];
                return () =>
                {
                    var batch = encode();
                    var scores = head.call(batch.Encoded.Features); // [batch, time, vocabulary + 1]
                    var loss = Loss(scores, batch.Encoded.Lengths(), texts);
                    if (batch.FrameTokens is null)
                        return new StepLoss(loss, [("CTC", loss)]);
                    var frames = FrameLoss(scores, batch.FrameTokens);
                    return new StepLoss(loss.add(frames.mul(FrameWeight)), [("CTC", loss), ("frames", frames)]);
                };
            },
            epochs, seconds);
        encoder?.eval();
        head.eval();
        return result;
    }

    /// <summary>CTC loss of a batch.</summary>
    /// <param name="scores">Log-probabilities, [batch, time, vocabulary + 1].</param>
    /// <param name="lengths">Real frames of each row.</param>
    /// <param name="transcripts">Token ids of each row.</param>
    /// <returns>A scalar: the mean over rows of the loss per token.</returns>
    private Tensor Loss(Tensor scores, long[] lengths, int[][] transcripts)
    {
        using var scope = NewDisposeScope();
        var logProbabilities = scores.transpose(0, 1); // [time, batch, vocabulary + 1]
        var inputLengths = tensor(lengths); // [batch]
        var targetLengths = tensor(transcripts.Select(t => (long)t.Length).ToArray()); // [batch]
        var targets = tensor(transcripts.SelectMany(t => t).Select(t => (long)t).ToArray(), device: scores.device); // [sum of lengths]
        return nn.functional.ctc_loss(logProbabilities, targets, inputLengths, targetLengths, head.Blank, zero_infinity: true)
            .MoveToOuterDisposeScope();
    }

    /// <summary>Mean cross entropy of the frames whose token is known.</summary>
    /// <param name="scores">Log-probabilities, [batch, time, vocabulary + 1].</param>
    /// <param name="tokens">Token or blank of each frame, [batch * time]; negative where unknown.</param>
    /// <returns>A scalar.</returns>
    private static Tensor FrameLoss(Tensor scores, long[] tokens)
    {
        using var scope = NewDisposeScope();
        var flat = scores.reshape(-1, scores.shape[2]); // [batch * time, vocabulary + 1]
        var places = new List<long>();
        for (var i = 0; i < tokens.Length; i++)
        {
            if (tokens[i] >= 0)
                places.Add(i * scores.shape[2] + tokens[i]);
        }
        if (places.Count == 0)
            return flat.sum().mul(0).MoveToOuterDisposeScope();
        var index = tensor(places.ToArray(), device: scores.device); // [known]
        return flat.reshape(-1).index_select(0, index).mean().neg().MoveToOuterDisposeScope();
    }
}
