using Microsoft.ML.Avsr.Modeling;

namespace Microsoft.ML.Avsr.Training;

/// <summary>How one router spread the tokens of one modality over some steps of training.</summary>
/// <param name="Step">The last of the steps.</param>
/// <param name="Statistics">Shares per expert and choice, entropy, router z, and experts without tokens, over all tokens of these steps.</param>
public sealed record RoutingSnapshot(int Step, RoutingStatistics Statistics);
