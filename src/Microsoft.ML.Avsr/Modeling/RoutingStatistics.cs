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
        return new RoutingStatistics(router, modality, count, shares, entropy);
    }
}
