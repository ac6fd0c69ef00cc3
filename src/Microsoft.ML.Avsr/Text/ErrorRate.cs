using System.Text;

namespace Microsoft.ML.Avsr.Text;

/// <summary>
/// Word and character error rates by minimum edit distance, all edits costing 1. Nothing is normalised here:
/// lower-casing and the like are an <see cref="ITranscriptNormalizer"/>'s work, done before.
/// </summary>
public static class ErrorRate
{
    /// <summary>Compares two sentences word by word; words are separated by runs of white space.</summary>
    /// <param name="reference">What was said.</param>
    /// <param name="hypothesis">What was recognised.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static EditCounts Words(string reference, string hypothesis)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(hypothesis);
        // An empty separator list means "any white space".
        return Words(reference.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries), hypothesis.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>Compares two sentences that are split into words already.</summary>
    /// <param name="reference">Words that were said.</param>
    /// <param name="hypothesis">Words that were recognised.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static EditCounts Words(IReadOnlyList<string> reference, IReadOnlyList<string> hypothesis)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(hypothesis);
        // Words become numbers once, so that the inner loop compares integers.
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        return Compare(Number(reference), Number(hypothesis));

        int[] Number(IReadOnlyList<string> words)
        {
            var result = new int[words.Count];
            for (var i = 0; i < result.Length; i++)
            {
                if (!numbers.TryGetValue(words[i], out result[i]))
                    numbers.Add(words[i], result[i] = numbers.Count);
            }
            return result;
        }
    }

    /// <summary>Compares two sentences character by character (Unicode scalar values; spaces count, leading and trailing white space does not).</summary>
    /// <param name="reference">What was said.</param>
    /// <param name="hypothesis">What was recognised.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static EditCounts Characters(string reference, string hypothesis)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(hypothesis);
        return Compare(Scalars(reference), Scalars(hypothesis));

        static int[] Scalars(string text)
        {
            var result = new List<int>(text.Length);
            foreach (var rune in text.Trim().EnumerateRunes())
                result.Add(rune.Value);
            return [.. result];
        }
    }

    // One row of the distance table at a time; each cell carries the counts of one optimal path to it.
    private static EditCounts Compare(ReadOnlySpan<int> reference, ReadOnlySpan<int> hypothesis)
    {
        var above = new Cell[hypothesis.Length + 1]; // [hypothesis + 1]
        var row = new Cell[hypothesis.Length + 1];
        for (var h = 0; h <= hypothesis.Length; h++)
            above[h] = new Cell(0, h, 0);
        for (var r = 1; r <= reference.Length; r++)
        {
            row[0] = new Cell(0, 0, r);
            for (var h = 1; h <= hypothesis.Length; h++)
            {
                var diagonal = above[h - 1];
                if (reference[r - 1] == hypothesis[h - 1])
                {
                    row[h] = diagonal;
                    continue;
                }
                var best = diagonal with { Substitutions = diagonal.Substitutions + 1 };
                if (row[h - 1].Errors + 1 < best.Errors)
                    best = row[h - 1] with { Insertions = row[h - 1].Insertions + 1 };
                if (above[h].Errors + 1 < best.Errors)
                    best = above[h] with { Deletions = above[h].Deletions + 1 };
                row[h] = best;
            }
            (above, row) = (row, above);
        }
        var last = above[hypothesis.Length];
        return new EditCounts(last.Substitutions, last.Insertions, last.Deletions, reference.Length);
    }

    private readonly record struct Cell(int Substitutions, int Insertions, int Deletions)
    {
        public int Errors => Substitutions + Insertions + Deletions;
    }
}
