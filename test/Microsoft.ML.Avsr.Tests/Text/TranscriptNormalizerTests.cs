using Microsoft.ML.Avsr.Text;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Text;

[TestClass]
public class TranscriptNormalizerTests
{
    [TestMethod]
    public void EnglishEqualsTheReference()
    {
        var normalizer = new EnglishTranscriptNormalizer();
        var wrong = new List<string>();
        foreach (var item in GoldenText.Read("07_text/english_cases.json").EnumerateArray())
        {
            var (input, expected) = (item.GetProperty("in").GetString()!, item.GetProperty("out").GetString()!);
            var found = normalizer.Normalize(input);
            if (found != expected)
                wrong.Add($"'{input}': '{found}', not '{expected}'");
        }
        Assert.IsEmpty(wrong, string.Join('\n', wrong));
    }

    [TestMethod]
    [DataRow("basic", false, false)]
    [DataRow("remove_diacritics", true, false)]
    [DataRow("split_letters", false, true)]
    [DataRow("both", true, true)]
    public void BasicEqualsTheReference(string variant, bool removeDiacritics, bool splitLetters)
    {
        var normalizer = new BasicTranscriptNormalizer(removeDiacritics, splitLetters);
        foreach (var item in GoldenText.Read("07_text/basic_cases.json").EnumerateArray())
            Assert.AreEqual(item.GetProperty(variant).GetString(), normalizer.Normalize(item.GetProperty("in").GetString()!));
    }

    [TestMethod]
    public void IdentityChangesNothing() => Assert.AreEqual(" Hé, [x] ", new IdentityNormalizer().Normalize(" Hé, [x] "));

    [TestMethod]
    [DataRow(TranscriptNormalization.None, " Don't, ÉTÉ! ", " Don't, ÉTÉ! ")]
    [DataRow(TranscriptNormalization.LowerCase, " Don't, ÉTÉ! ", " don't, été! ")]
    [DataRow(TranscriptNormalization.Basic, " Don't, ÉTÉ! ", " don t été ")]
    [DataRow(TranscriptNormalization.English, " Don't, ÉTÉ! ", "do not ete")]
    public void NormalizersAreMadeByName(TranscriptNormalization kind, string text, string expected)
        => Assert.AreEqual(expected, TranscriptNormalizers.Create(kind).Normalize(text));

    [TestMethod]
    [DataRow("e\u0301", "é")]
    [DataRow("\u1100\u1161\u11A8", "각")]
    [DataRow("a\u0301\u0323", "ạ\u0301")]
    [DataRow("\u212B", "Å")]
    [DataRow("\u0958", "\u0915\u093C")]
    [DataRow("𝐀ﬁ", "𝐀ﬁ")]
    public void FormCNeedsNoCultureData(string text, string composed) => Assert.AreEqual(composed, UnicodeForms.Compose(text));

    [TestMethod]
    public void CompatibilityFormsTakeApart()
    {
        Assert.AreEqual("Afi10", UnicodeForms.ComposeCompatibility("𝐀ﬁ⑩"));
        Assert.AreEqual("e\u0301\u1100\u1161", UnicodeForms.DecomposeCompatibility("é가"));
    }
}
