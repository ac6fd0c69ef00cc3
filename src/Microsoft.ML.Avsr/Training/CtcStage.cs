using Microsoft.ML.Avsr.Modeling;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Training;

/// <summary>
/// First stage of an encoder that starts from scratch: connectionist temporal classification over the transcript's tokens.
/// Cross-entropy through the language model alone leaves such an encoder at chance; with CTC it learns, and its head later gives word times.
/// </summary>
internal sealed class CtcStage(string name, nn.Module encoder, CtcHead head, AvsrTrainerOptions options)
{
    /// <summary>Trains encoder and head.</summary>
    /// <param name="lengths">Input length of each clip, for bucketing.</param>
    /// <param name="transcripts">Token ids of each clip.</param>
    /// <param name="encode">Builds the augmented batch of some clips, given the share of the stage that is done, and encodes it.</param>
    /// <param name="epochs">Epochs, or <see langword="null"/> when <paramref name="seconds"/> decides.</param>
    /// <param name="seconds">Seconds to spend.</param>
    /// <param name="progress">Where progress goes.</param>
    /// <param name="curve">Receives the training curve.</param>
    /// <param name="cancellationToken">Checked between steps.</param>
    public StageSummary Run(
        IReadOnlyList<int> lengths, IReadOnlyList<int[]> transcripts, Func<int[], double, EncodedSequence> encode,
        int? epochs, double seconds, IProgress<AvsrProgress>? progress, List<LossPoint> curve, CancellationToken cancellationToken)
    {
        encoder.train();
        head.train();
        var loop = new StepLoop(name, options, progress, cancellationToken);
        var parameters = encoder.parameters().Concat(head.parameters()).ToList<Parameter>();
        var summary = loop.Run(
            parameters, options.EncoderLearningRate,
            epoch => LengthBuckets.Epoch(lengths, options.EncoderBatchSize, RandomStreams.Create(options.Seed, name + " order", epoch)),
            (batch, done) => Loss(encode(batch, done), [.. batch.Select(i => transcripts[i])]),
            epochs, seconds);
        encoder.eval();
        head.eval();
        curve.AddRange(loop.Curve);
        return summary;
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
