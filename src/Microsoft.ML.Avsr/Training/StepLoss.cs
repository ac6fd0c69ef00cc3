using Microsoft.ML.Avsr.Modeling;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Training;

/// <summary>A batch's loss, and the terms that it is the sum of, to name the one that diverges.</summary>
/// <param name="Total">A scalar.</param>
/// <param name="Terms">Scalars by name.</param>
/// <param name="Routing">What routers did with the batch, where that is collected.</param>
internal sealed record StepLoss(Tensor Total, IReadOnlyList<(string Name, Tensor Value)> Terms, IReadOnlyList<RoutingStatistics>? Routing = null);
