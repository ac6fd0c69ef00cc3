namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>What happened when weights were loaded into a module.</summary>
/// <param name="Loaded">Module keys that got their numbers from the source, tied ones included.</param>
/// <param name="Missing">Module keys that the source does not have; they keep what they held.</param>
/// <param name="Unexpected">Source tensors that no module key asked for.</param>
/// <param name="Skipped">Module keys that the name map left out on purpose.</param>
public sealed record LoadReport(
    IReadOnlyList<string> Loaded, IReadOnlyList<string> Missing, IReadOnlyList<string> Unexpected, IReadOnlyList<string> Skipped)
{
    /// <summary>True when nothing is missing and nothing is left over.</summary>
    public bool IsExact => Missing.Count == 0 && Unexpected.Count == 0;

    internal static string List(IReadOnlyList<string> names) =>
        string.Join(", ", names.Take(20).Select(CheckpointException.Shorten)) + (names.Count > 20 ? $" and {names.Count - 20} more" : "");
}
