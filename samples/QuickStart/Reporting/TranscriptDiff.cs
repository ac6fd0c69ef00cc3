namespace QuickStart.Reporting;

/// <summary>Aligns a recognised transcript with its reference, word by word, with the fewest edits.</summary>
public static class TranscriptDiff
{
    private const int Edit = 10_000;
    private const int Insertion = Edit - 1;   // a shade cheaper: of two alignments with as few edits, the one with more equal words

    /// <summary>The aligned words, in reading order.</summary>
    public static IReadOnlyList<DiffWord> Compare(string reference, string recognised)
    {
        var expected = Words(reference);
        var actual = Words(recognised);
        var cost = new int[expected.Length + 1, actual.Length + 1];   // [reference words + 1, recognised words + 1]
        for (var i = 0; i <= expected.Length; i++)
        {
            for (var j = 0; j <= actual.Length; j++)
            {
                cost[i, j] = i == 0 ? j * Insertion : j == 0 ? i * Edit : Math.Min(
                    cost[i - 1, j - 1] + (expected[i - 1] == actual[j - 1] ? 0 : Edit),
                    Math.Min(cost[i - 1, j] + Edit, cost[i, j - 1] + Insertion));
            }
        }
        var words = new List<DiffWord>();
        for (int i = expected.Length, j = actual.Length; i > 0 || j > 0;)
        {
            if (i > 0 && j > 0 && cost[i, j] == cost[i - 1, j - 1] + (expected[i - 1] == actual[j - 1] ? 0 : Edit))
            {
                words.Add(new DiffWord(expected[i - 1] == actual[j - 1] ? DiffKind.Same : DiffKind.Substituted, actual[--j], expected[--i]));
            }
            else if (i > 0 && cost[i, j] == cost[i - 1, j] + Edit)
                words.Add(new DiffWord(DiffKind.Deleted, null, expected[--i]));
            else
                words.Add(new DiffWord(DiffKind.Inserted, actual[--j], null));
        }
        words.Reverse();
        return words;
    }

    private static string[] Words(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}
