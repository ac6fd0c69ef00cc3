namespace QuickStart.Reporting;

/// <summary>A row of the corpus whose media could not be used in full.</summary>
/// <param name="Row">Which row, for example its path.</param>
/// <param name="Status">Its status, for example Missing or AudioOnly.</param>
/// <param name="Problem">Why, in words.</param>
public sealed record RowProblem(string Row, string Status, string Problem);
