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
