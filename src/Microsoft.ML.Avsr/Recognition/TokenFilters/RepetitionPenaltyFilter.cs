using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Recognition;

/// <summary>Divides positive and multiplies negative scores of tokens that the row already has (CTRL, arXiv 1909.05858, section 4.1).</summary>
internal sealed class RepetitionPenaltyFilter(double penalty) : ITokenFilter
{
    public Tensor Apply(Tensor scores, GeneratedTokens generated)
    {
        if (generated.Length == 0)
            return scores;
        using var scope = NewDisposeScope();
        var index = generated.ToTensor(scores.device); // [rows, length]
        var chosen = scores.gather(1, index);          // [rows, length]
        var lower = chosen.mul(penalty);
        var higher = chosen.div(penalty);
        var isNegative = chosen.lt(0);
        var changed = where(isNegative, lower, higher);
        return scores.scatter(1, index, changed).MoveToOuterDisposeScope();
    }
}
