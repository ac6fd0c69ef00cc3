using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Recognition;

/// <summary>Keeps the smallest set of best tokens whose probabilities reach <paramref name="probability"/>, and at least <paramref name="minimum"/>.</summary>
internal sealed class TopPFilter(double probability, int minimum = 1) : ITokenFilter
{
    public Tensor Apply(Tensor scores, GeneratedTokens generated)
    {
        using var scope = NewDisposeScope();
        var vocabulary = scores.size(1);
        var (sorted, order) = scores.sort(-1, false, false); // worst first, [rows, vocabulary]
        var reached = sorted.softmax(-1).cumsum(-1);
        var dropped = reached.le(1 - probability);           // [rows, vocabulary] bool
        var least = Math.Min(minimum, vocabulary);
        dropped.narrow(1, vocabulary - least, least).fill_(false);
        var mask = dropped.scatter(1, order, dropped);
        return scores.masked_fill(mask, float.NegativeInfinity).MoveToOuterDisposeScope();
    }
}
