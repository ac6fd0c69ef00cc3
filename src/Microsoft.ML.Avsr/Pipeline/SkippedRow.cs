using Microsoft.ML.Avsr.Media;

namespace Microsoft.ML.Avsr;

/// <summary>A training row that could not be used.</summary>
/// <param name="Row">The row's number, from 0.</param>
/// <param name="Source">The file's path, or the row's number where there is no path.</param>
/// <param name="Status">What became of its media.</param>
/// <param name="Reason">Why the row was skipped.</param>
public sealed record SkippedRow(long Row, string Source, MediaStatus Status, string Reason);
