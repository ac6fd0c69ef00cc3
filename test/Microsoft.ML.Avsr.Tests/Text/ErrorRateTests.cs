using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.ML.Avsr.Text;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Text;

[TestClass]
public class ErrorRateTests
{
    [TestMethod]
    [DataRow("a b c", "a b c", 0, 0, 0, 3, 0.0)]
    [DataRow("a b c", "a x c d", 1, 1, 0, 3, 2.0 / 3)]
    [DataRow("a b c", "", 0, 0, 3, 3, 1.0)]
    [DataRow("", "", 0, 0, 0, 0, 0.0)]
    [DataRow("", "a", 0, 1, 0, 0, double.PositiveInfinity)]
    [DataRow(" a\tb \n c ", "a b c", 0, 0, 0, 3, 0.0)]
    public void CountsWordEdits(string reference, string hypothesis, int substitutions, int insertions, int deletions, int length, double rate)
    {
        var counts = ErrorRate.Words(reference, hypothesis);
        Assert.AreEqual(new EditCounts(substitutions, insertions, deletions, length), counts);
        Assert.AreEqual(rate, counts.Rate, 1e-12);
    }

    [TestMethod]
    public void CharactersAreUnicodeScalars() => Assert.AreEqual(new EditCounts(1, 0, 0, 3), ErrorRate.Characters("a🦙b", "a🐑b "));

    [TestMethod]
    public void PairsEqualTheReference()
    {
        foreach (var pair in GoldenText.Read("07_text/pairs.json").EnumerateArray())
        {
            var (reference, hypothesis) = (pair.GetProperty("ref").GetString()!, pair.GetProperty("hyp").GetString()!);
            Check(pair.GetProperty("words"), ErrorRate.Words(SplitAsReference(reference), SplitAsReference(hypothesis)), "wer", reference);
            Check(pair.GetProperty("chars"), ErrorRate.Characters(reference, hypothesis), "cer", reference);
        }

        static void Check(JsonElement expected, EditCounts counts, string rate, string text)
        {
            Assert.AreEqual(expected.GetProperty("distance").GetInt32(), counts.Errors, text);
            Assert.AreEqual(expected.GetProperty("ref_len").GetInt32(), counts.ReferenceLength, text);
            Assert.AreEqual(expected.GetProperty(rate).GetDouble(), counts.Rate, 1e-9, text);
            int[] found = [counts.Substitutions, counts.Deletions, counts.Insertions, counts.Hits];
            var optimal = expected.TryGetProperty("other_optimal_SDIH", out var others)
                ? others.EnumerateArray().Select(other => other.EnumerateArray().Select(value => value.GetInt32()).ToArray()).ToList() : [];
            optimal.Add([.. new[] { "substitutions", "deletions", "insertions", "hits" }.Select(name => expected.GetProperty(name).GetInt32())]);
            Assert.IsTrue(optimal.Any(found.SequenceEqual), text);
        }
    }

    [TestMethod]
    public void CorpusRateSumsCountsFirst()
    {
        var pairs = GoldenText.Read("07_text/pairs.json").EnumerateArray()
            .Select(pair => (Reference: pair.GetProperty("ref").GetString()!, Hypothesis: pair.GetProperty("hyp").GetString()!)).ToArray();
        foreach (var group in GoldenText.Read("07_text/corpus.json").EnumerateArray())
        {
            var (words, characters) = (default(EditCounts), default(EditCounts));
            foreach (var item in group.GetProperty("items").EnumerateArray())
            {
                var (reference, hypothesis) = pairs[item.GetInt32()];
                words += ErrorRate.Words(SplitAsReference(reference), SplitAsReference(hypothesis));
                characters += ErrorRate.Characters(reference, hypothesis);
            }
            Assert.AreEqual(group.GetProperty("wer").GetDouble(), words.Rate, 1e-9);
            Assert.AreEqual(group.GetProperty("cer").GetDouble(), characters.Rate, 1e-9);
        }
    }

    [TestMethod]
    public void DistancesEqualTheModelReference()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(SharedData.Require("golden/avsr/09_wer/case.json")));
        var total = default(EditCounts);
        foreach (var pair in document.RootElement.GetProperty("pairs").EnumerateArray())
        {
            var counts = ErrorRate.Words(pair.GetProperty("gold").GetString()!.ToLowerInvariant(), pair.GetProperty("hyp").GetString()!.ToLowerInvariant());
            Assert.AreEqual(pair.GetProperty("distance").GetInt32(), counts.Errors);
            Assert.AreEqual(pair.GetProperty("gold_words").GetInt32(), counts.ReferenceLength);
            total += counts;
        }
        Assert.IsGreaterThan(0, total.Errors);
    }

    // The reference splits at the space character only, after joining runs of white space of two and more.
    private static string[] SplitAsReference(string text)
        => Regex.Replace(text, @"\s\s+", " ").Trim().Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
