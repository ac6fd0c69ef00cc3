using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.ML.Avsr.Text;

namespace Microsoft.ML.Avsr.Parity.Cases;

/// <summary>Word and character error rates: <c>07_text</c> with pairs, and <c>09_wer</c>.</summary>
internal sealed partial class ErrorRateCase : ICaseCategory
{
    private static readonly string[] s_counts = ["substitutions", "deletions", "insertions", "hits"];

    public bool Handles(CaseFolder folder) =>
        folder.Category.StartsWith("09_wer", StringComparison.Ordinal) || (folder.Category == "07_text" && folder.Has("pairs.json"));

    public void Run(CaseFolder folder, CaseCheck check)
    {
        if (folder.Has("pairs.json"))
            RunPairs(folder, check);
        else
            RunReference(folder, check);
    }

    private static void RunReference(CaseFolder folder, CaseCheck check)
    {
        var total = default(EditCounts);
        foreach (var pair in folder.Root.GetProperty("pairs").EnumerateArray())
        {
            // The reference lowers both sides and splits at white space.
            var counts = ErrorRate.Words(pair.Text("gold").ToLowerInvariant(), pair.Text("hyp").ToLowerInvariant());
            check.Same($"distance of '{pair.Text("gold")}'", pair.Integer("distance"), counts.Errors);
            check.Same($"words of '{pair.Text("gold")}'", pair.Integer("gold_words"), counts.ReferenceLength);
            total += counts;
        }
        if (folder.Root.Find("wer") is { } wer)
            check.Close("wer", wer.GetDouble(), total.Rate, new Tolerance(1e-12));
    }

    private static void RunPairs(CaseFolder folder, CaseCheck check)
    {
        var tolerance = folder.Tolerance("rates");
        var pairs = new List<(EditCounts Words, EditCounts Characters)>();
        foreach (var pair in folder.Json("pairs.json").EnumerateArray())
        {
            var (reference, hypothesis) = (pair.Text("ref"), pair.Text("hyp"));
            var words = ErrorRate.Words(Split(reference), Split(hypothesis));
            var characters = ErrorRate.Characters(reference, hypothesis);
            Compare(pair.GetProperty("words"), words, "wer", reference, tolerance, check);
            Compare(pair.GetProperty("chars"), characters, "cer", reference, tolerance, check);
            pairs.Add((words, characters));
        }
        if (!folder.Has("corpus.json"))
            return;
        foreach (var group in folder.Json("corpus.json").EnumerateArray())
        {
            var (words, characters) = (default(EditCounts), default(EditCounts));
            foreach (var item in group.GetProperty("items").Integers())
            {
                words += pairs[item].Words;
                characters += pairs[item].Characters;
            }
            check.Close("corpus wer", group.Number("wer"), words.Rate, tolerance);
            check.Close("corpus cer", group.Number("cer"), characters.Rate, tolerance);
        }
    }

    private static void Compare(JsonElement expected, EditCounts counts, string rate, string text, Tolerance tolerance, CaseCheck check)
    {
        check.Same($"distance of '{text}'", expected.Integer("distance"), counts.Errors);
        check.Same($"length of '{text}'", expected.Integer("ref_len"), counts.ReferenceLength);
        check.Close($"{rate} of '{text}'", expected.Number(rate), counts.Rate, tolerance);
        // Several alignments can be optimal; the case lists the others.
        int[] found = [counts.Substitutions, counts.Deletions, counts.Insertions, counts.Hits];
        var listed = s_counts.Select(name => expected.Integer(name)).ToArray();
        var others = expected.Find("other_optimal_SDIH")?.EnumerateArray().Select(o => o.Integers()).ToList() ?? [];
        check.Sequence($"S, D, I, H of '{text}'", others.FirstOrDefault(found.SequenceEqual) ?? listed, found);
    }

    // The reference joins runs of white space of two and more, then splits at the space character only.
    private static string[] Split(string text) => Runs().Replace(text, " ").Trim().Split(' ', StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex(@"\s\s+")]
    private static partial Regex Runs();
}
