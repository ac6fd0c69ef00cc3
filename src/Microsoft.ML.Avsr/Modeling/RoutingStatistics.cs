using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>How one router spread the tokens of one modality.</summary>
/// <param name="Router">Which router: <c>audio</c>, <c>video</c> or <c>audiovisual</c>.</param>
/// <param name="Modality">Whose tokens: <c>audio</c> or <c>video</c>.</param>
/// <param name="Tokens">Number of tokens.</param>
/// <param name="Shares">Share of tokens of each expert, one row per choice (first to K-th), each row summing to 1.</param>
/// <param name="Entropy">Mean entropy of the router's probabilities, in nats: 0 is certain, ln N is undecided.</param>
public sealed record RoutingStatistics(string Router, string Modality, long Tokens, IReadOnlyList<IReadOnlyList<double>> Shares, double Entropy)
{
    /// <summary>Mean squared log-sum-exp of the scores: the router z-loss of these tokens.</summary>
    public double RouterZ { get; init; }

    /// <summary>Experts that no token chose.</summary>
    public IReadOnlyList<int> DeadExperts => Tokens == 0 ? []
        : [.. Enumerable.Range(0, Shares[0].Count).Where(expert => Shares.All(choice => choice[expert] == 0))];

    /// <summary>Means over all tokens of each router and modality: every part counts by its number of tokens.</summary>
    /// <param name="parts">Statistics of several batches.</param>
    internal static IReadOnlyList<RoutingStatistics> Merge(IEnumerable<RoutingStatistics> parts) =>
        [.. parts.GroupBy(s => (s.Router, s.Modality)).Select(g => MergeOne([.. g]))];

    private static RoutingStatistics MergeOne(RoutingStatistics[] parts)
    {
        if (parts.Length == 1)
            return parts[0];
        var total = parts.Sum(p => p.Tokens);
        double Mean(Func<RoutingStatistics, double> value) => parts.Sum(p => value(p) * p.Tokens) / Math.Max(1, total);
        IReadOnlyList<IReadOnlyList<double>> shares = [.. Enumerable.Range(0, parts[0].Shares.Count).Select(choice =>
            (IReadOnlyList<double>)[.. Enumerable.Range(0, parts[0].Shares[choice].Count).Select(expert => Mean(p => p.Shares[choice][expert]))])];
        return parts[0] with { Tokens = total, Shares = shares, Entropy = Mean(p => p.Entropy), RouterZ = Mean(p => p.RouterZ) };
    }

    internal static RoutingStatistics Of(string router, string modality, RoutingDecision decision, long start, long count)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var experts = decision.Logits.shape[1];
        var topK = decision.Choices.shape[1];
        var shares = new double[topK][];
        if (count == 0)
        {
            for (var k = 0; k < topK; k++)
                shares[k] = new double[experts];
            return new RoutingStatistics(router, modality, 0, shares, 0);
        }
        var choices = decision.Choices.narrow(0, start, count); // [count, K]
        for (var k = 0; k < topK; k++)
        {
            var counts = choices.select(1, k).bincount(null, experts).cpu().data<long>().ToArray();
            shares[k] = Array.ConvertAll(counts, c => (double)c / count);
        }
        var p = decision.Probabilities.narrow(0, start, count).to(ScalarType.Float64); // [count, N]
        var entropy = p.mul(p.clamp_min(1e-300).log()).sum(1).mean().neg().cpu().item<double>();
        var z = decision.Logits.narrow(0, start, count).to(ScalarType.Float64).logsumexp(1).square().mean().cpu().item<double>();
        return new RoutingStatistics(router, modality, count, shares, entropy) { RouterZ = z };
    }
}
