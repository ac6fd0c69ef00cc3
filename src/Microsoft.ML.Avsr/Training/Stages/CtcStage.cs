using Microsoft.ML.Avsr.Modeling;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Training;

/// <summary>
/// First stage of an encoder that starts from scratch: connectionist temporal classification over the transcript's tokens.
/// Cross-entropy through the language model alone leaves such an encoder at chance; with CTC it learns, and its head later gives word times.
/// </summary>
internal sealed class CtcStage(string name, nn.Module encoder, CtcHead head, RunContext run)
{
    /// <summary>Trains encoder and head.</summary>
    /// <param name="clips">The clips among the run's, to name them in messages.</param>
    /// <param name="lengths">Input length of each clip, for bucketing.</param>
    /// <param name="transcripts">Token ids of each clip.</param>
    /// <param name="encode">Builds the augmented batch of some clips and encodes it.</param>
    /// <param name="epochs">Epochs, or <see langword="null"/> when <paramref name="seconds"/> decides.</param>
    /// <param name="seconds">Seconds to spend.</param>
    public (StageSummary, IReadOnlyList<LossPoint>) Run(
        int[] clips, IReadOnlyList<int> lengths, IReadOnlyList<int[]> transcripts, Func<StepInput, EncodedSequence> encode, int? epochs, double seconds)
    {
        encoder.train();
        head.train();
        var options = run.Options;
        var loop = new StepLoop(name, run, clip => run.Describe(clips[clip]));
        var parameters = encoder.parameters().Concat(head.parameters()).ToList<Parameter>();
        var result = loop.Run(
            parameters, options.EncoderLearningRate,
            epoch => LengthBuckets.Epoch(lengths, options.EncoderBatchSize, RandomStreams.Create(options.Seed, name + " order", epoch)),
            input =>
            {
                var loss = Loss(encode(input), [.. input.Clips.Select(i => transcripts[i])]);
                return new StepLoss(loss, [("CTC", loss)]);
            },
            epochs, seconds);
        encoder.eval();
        head.eval();
        return result;
    }

    /// <summary>CTC loss of a batch.</summary>
    /// <param name="encoded">Encoder output, [batch, time, width].</param>
    /// <param name="transcripts">Token ids of each row.</param>
    /// <returns>A scalar: the mean over rows of the loss per token.</returns>
    private Tensor Loss(EncodedSequence encoded, int[][] transcripts)
    {
        using var scope = NewDisposeScope();
        var logProbabilities = head.call(encoded.Features).transpose(0, 1); // [time, batch, vocabulary + 1]
        var inputLengths = tensor(encoded.Lengths()); // [batch]
        var targetLengths = tensor(transcripts.Select(t => (long)t.Length).ToArray()); // [batch]
        var targets = tensor(transcripts.SelectMany(t => t).Select(t => (long)t).ToArray(), device: encoded.Features.device); // [sum of lengths]
        return nn.functional.ctc_loss(logProbabilities, targets, inputLengths, targetLengths, head.Blank, zero_infinity: true)
            .MoveToOuterDisposeScope();
    }
}
