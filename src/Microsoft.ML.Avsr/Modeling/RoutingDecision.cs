using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>What a router decided for n tokens, N experts and K choices.</summary>
/// <param name="Logits">Scores, [n, N].</param>
/// <param name="Probabilities">Softmax of the scores over all experts, [n, N], float32 (float64 for float64 tokens).</param>
/// <param name="Weights">Weight of each choice, [n, K], in the tokens' type.</param>
/// <param name="Choices">Expert of each choice, best first, [n, K] int64.</param>
public readonly record struct RoutingDecision(Tensor Logits, Tensor Probabilities, Tensor Weights, Tensor Choices)
{
    /// <summary>Load-balance loss: N · Σ over choices and experts of (share of tokens · mean probability); K when balanced (specification 5.2).</summary>
    /// <returns>A scalar; its gradient flows through the probabilities only. 0 without tokens.</returns>
    public Tensor LoadBalanceLoss()
    {
        using var scope = NewDisposeScope();
        var shape = Probabilities.shape;
        if (shape[0] == 0)
            return Probabilities.sum().MoveToOuterDisposeScope();
        var counts = Choices.reshape(-1).bincount(null, shape[1]).to(Probabilities.dtype); // [N], summed over the K choices
        var share = counts.div((double)shape[0]);
        var mean = Probabilities.mean([0]); // [N]
        return share.mul(mean).sum().mul((double)shape[1]).MoveToOuterDisposeScope();
    }

    /// <summary>CuMo's balance loss, for comparison: first choices only, averaged per row; 1 when balanced.</summary>
    /// <param name="rows">Rows of the batch; each has n / rows tokens, in order.</param>
    /// <returns>A scalar: the mean over rows and experts of (share of first choices · mean probability), times N².</returns>
    /// <exception cref="ArgumentOutOfRangeException">The tokens do not divide into that many rows.</exception>
    public Tensor FirstChoiceBalanceLoss(long rows)
    {
        var (count, experts) = (Probabilities.shape[0], Probabilities.shape[1]);
        if (rows < 1 || count % rows != 0)
            throw new ArgumentOutOfRangeException(nameof(rows), rows, $"{count} tokens do not divide into {rows} rows.");
        using var scope = NewDisposeScope();
        var first = nn.functional.one_hot(Choices.select(1, 0), experts).to(Probabilities.dtype); // [n, N]
        var share = first.view(rows, -1, experts).mean([1]);                                      // [rows, N]
        var mean = Probabilities.view(rows, -1, experts).mean([1]);                               // [rows, N]
        return share.mul(mean).mean().mul((double)(experts * experts)).MoveToOuterDisposeScope();
    }

    /// <summary>Router z-loss: mean squared log-sum-exp of the scores (specification 5.2).</summary>
    /// <returns>A scalar; 0 without tokens.</returns>
    public Tensor RouterZLoss()
    {
        using var scope = NewDisposeScope();
        var wide = Logits.to(Probabilities.dtype);
        if (wide.shape[0] == 0)
            return wide.sum().MoveToOuterDisposeScope();
        return wide.logsumexp(1).square().mean().MoveToOuterDisposeScope();
    }

    /// <summary>Moves the four tensors to the scope outside the current one.</summary>
    internal RoutingDecision Released() => new(
        Logits.MoveToOuterDisposeScope(), Probabilities.MoveToOuterDisposeScope(), Weights.MoveToOuterDisposeScope(), Choices.MoveToOuterDisposeScope());
}
