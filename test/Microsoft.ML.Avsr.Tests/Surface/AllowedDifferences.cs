namespace Microsoft.ML.Avsr.Tests.Surface;

/// <summary>The short list of deliberate differences, each with its reason.</summary>
/// <remarks>One entry a line: <c>assembly | difference | reason</c>; a difference that ends with <c>*</c> covers all that begin so.</remarks>
internal sealed class AllowedDifferences
{
    private readonly List<(string Assembly, string Difference, int Line)> _entries = [];

    /// <summary>Reads the file and refuses entries without a reason.</summary>
    public static AllowedDifferences Read(string path)
    {
        var result = new AllowedDifferences();
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            if (line.Trim().Length == 0 || line.StartsWith('#'))
                continue;
            var parts = line.Split(" | ");
            if (parts.Length != 3 || parts.Any(p => p.Trim().Length == 0))
                throw new FormatException($"{Path.GetFileName(path)}, line {number}: an entry is 'assembly | difference | reason'.");
            result._entries.Add((parts[0].Trim(), parts[1].Trim(), number));
        }
        return result;
    }

    /// <summary>Splits differences into those that stay and the entries that no difference needed.</summary>
    public (IReadOnlyList<string> Offenders, IReadOnlyList<string> Unused) Filter(string assembly, IReadOnlyList<string> differences)
    {
        var mine = _entries.Where(e => e.Assembly == assembly).ToList();
        var offenders = differences.Where(d => !mine.Any(e => Covers(e.Difference, d))).ToList();
        var unused = mine.Where(e => !differences.Any(d => Covers(e.Difference, d))).Select(e => $"line {e.Line}: {e.Difference}").ToList();
        return (offenders, unused);
    }

    private static bool Covers(string entry, string difference) => entry.EndsWith('*')
        ? difference.StartsWith(entry[..^1], StringComparison.Ordinal)
        : difference == entry;
}
