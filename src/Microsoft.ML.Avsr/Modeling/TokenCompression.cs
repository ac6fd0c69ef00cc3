using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>Fewer, wider or averaged tokens: what happens between an encoder and the projector (specification 2.1).</summary>
/// <remarks>Each row of n real frames becomes ⌊n / rate⌋ tokens; the frames left over are dropped.</remarks>
public static class TokenCompression
{
    /// <summary>Averages each group of consecutive frames.</summary>
    /// <param name="sequence">Features [batch, time, width].</param>
    /// <param name="rate">Frames per token; 1 changes nothing.</param>
    /// <returns>[batch, ⌊time / rate⌋, width].</returns>
    /// <exception cref="ArgumentOutOfRangeException">The rate is below 1.</exception>
    public static EncodedSequence AveragePool(EncodedSequence sequence, int rate) => Compress(sequence, rate, average: true);

    /// <summary>Puts the frames of each group side by side, oldest first.</summary>
    /// <param name="sequence">Features [batch, time, width].</param>
    /// <param name="rate">Frames per token; 1 changes nothing.</param>
    /// <returns>[batch, ⌊time / rate⌋, rate · width].</returns>
    /// <exception cref="ArgumentOutOfRangeException">The rate is below 1.</exception>
    public static EncodedSequence Stack(EncodedSequence sequence, int rate) => Compress(sequence, rate, average: false);

    private static EncodedSequence Compress(EncodedSequence sequence, int rate, bool average)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rate, 1);
        if (rate == 1)
            return sequence;
        using var scope = NewDisposeScope();
        var shape = sequence.Features.shape;
        var (batch, width) = (shape[0], shape[2]);
        var tokens = shape[1] / rate;
        var whole = sequence.Features.narrow(1, 0, tokens * rate);
        var features = average
            ? whole.reshape(batch, tokens, rate, width).mean([2]) // [batch, tokens, width]
            : whole.reshape(batch, tokens, rate * width);         // [batch, tokens, rate · width]
        Tensor? valid = null;
        if (sequence.Valid is not null)
        {
            // Padding is on the right, so a group is whole when its last frame is real.
            valid = sequence.Valid.narrow(1, 0, tokens * rate).reshape(batch, tokens, rate).select(2, rate - 1);
        }
        return new EncodedSequence(features.MoveToOuterDisposeScope(), valid?.MoveToOuterDisposeScope());
    }
}
