using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Recognition;

/// <summary>Keeps the <paramref name="count"/> best tokens of each row (and those equal to the last of them).</summary>
internal sealed class TopKFilter(int count) : ITokenFilter
{
    public Tensor Apply(Tensor scores, GeneratedTokens generated)
    {
        using var scope = NewDisposeScope();
        var kept = (int)Math.Min(count, scores.size(1));
        var (best, _) = scores.topk(kept, 1);
        var threshold = best.narrow(1, kept - 1, 1); // [rows, 1]
        var below = scores.lt(threshold);            // [rows, vocabulary]
        return scores.masked_fill(below, float.NegativeInfinity).MoveToOuterDisposeScope();
    }
}
