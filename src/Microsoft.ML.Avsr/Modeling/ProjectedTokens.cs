using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>Tokens in the language model's embedding space, and what their routing cost.</summary>
public sealed class ProjectedTokens
{
    /// <summary>Audio tokens, [batch, time, outputWidth]; zero at padded positions; null without audio.</summary>
    public Tensor? Audio { get; init; }

    /// <summary>Video tokens, [batch, time, outputWidth]; zero at padded positions; null without video.</summary>
    public Tensor? Video { get; init; }

    /// <summary>Load-balance loss summed over routers, a scalar; null for a dense projector.</summary>
    public Tensor? LoadBalanceLoss { get; init; }

    /// <summary>Router z-loss summed over routers, a scalar; null for a dense projector.</summary>
    public Tensor? RouterZLoss { get; init; }

    /// <summary>One entry per router and modality; empty for a dense projector, or when <see cref="MultimodalProjector.CollectStatistics"/> is off.</summary>
    public IReadOnlyList<RoutingStatistics> Statistics { get; init; } = [];
}
