using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Training;

/// <summary>A batch's loss, and the terms that it is the sum of, to name the one that diverges.</summary>
/// <param name="Total">A scalar.</param>
/// <param name="Terms">Scalars by name.</param>
internal sealed record StepLoss(Tensor Total, IReadOnlyList<(string Name, Tensor Value)> Terms);
