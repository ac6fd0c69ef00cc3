using Microsoft.ML.Avsr.Text;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Text;

[TestClass]
public class SpeechTokenizerTests
{
    private static readonly string[] s_colours = ["blue", "green", "red", "white"];
    private static readonly string[] s_digits = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

    // Sentences of GRID's grammar: verb, colour, preposition, letter, digit, adverb.
    private static List<string> GridSentences()
    {
        var sentences = new List<string>();
        for (var i = 0; i < 400; i++)
        {
            string[] words =
            [
                new[] { "bin", "lay", "place", "set" }[i % 4], s_colours[i / 3 % 4], new[] { "at", "by", "in", "with" }[i / 2 % 4],
                ((char)('a' + (i * 7 % 26))).ToString(), s_digits[i * 3 % 10], new[] { "again", "now", "please", "soon" }[i / 5 % 4],
            ];
            sentences.Add(string.Join(' ', words));
        }
        return sentences;
    }

    [TestMethod]
    public void FrequentWordsBecomeSingleTokens()
    {
        var sentences = GridSentences();
        var tokenizer = SpeechTokenizer.FromVocabulary(ByteLevelBpeTrainer.Train(sentences));

        foreach (var sentence in sentences)
        {
            var ids = tokenizer.Encode(sentence);
            Assert.AreEqual(6, ids.Length, sentence);
            Assert.IsTrue(ids.All(tokenizer.StartsWord), sentence);
            Assert.AreEqual(sentence, tokenizer.Decode(ids));
        }
        // A word has one form, wherever it stands.
        CollectionAssert.AreEqual(tokenizer.Encode("red").Concat(tokenizer.Encode("red")).ToArray(), tokenizer.Encode("red red"));
    }

    [TestMethod]
    public void TrainingIsDeterministicAndIndependentOfOrder()
    {
        var sentences = GridSentences();
        var first = ByteLevelBpeTrainer.Train(sentences);
        sentences.Reverse();
        var second = ByteLevelBpeTrainer.Train(sentences);

        Assert.AreEqual(first.ToJson(), second.ToJson());
        CollectionAssert.AreEqual(first.Tokens.ToArray(), BpeVocabulary.FromJson(first.ToJson()).Tokens.ToArray());
    }

    [TestMethod]
    public void MergesGoByFrequencyThenByOrder()
    {
        // " aab" twice, " ab" once: (a,b) and (Ġ,a) 3 times, (a,a) twice; 'a' sorts before 'Ġ', so "a b" is first.
        // Then (Ġ,a) and (a,ab) twice, where 'a' is first again, and the whole word " aab" follows.
        var vocabulary = ByteLevelBpeTrainer.Train(["aab aab ab"], maxVocabulary: 259);
        CollectionAssert.AreEqual(new[] { "a b", "a ab", "Ġ aab" }, vocabulary.Merges.ToArray());
        CollectionAssert.AreEqual(new[] { "ab", "aab", "Ġaab" }, vocabulary.Tokens.Skip(256).ToArray());
    }

    [TestMethod]
    public void VocabularyRespectsItsLimits()
    {
        Assert.HasCount(260, ByteLevelBpeTrainer.Train(GridSentences(), maxVocabulary: 260).Tokens);
        Assert.HasCount(256, ByteLevelBpeTrainer.Train(["one two"], minFrequency: 3).Tokens);
        Assert.HasCount(256, ByteLevelBpeTrainer.Train([]).Tokens);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ByteLevelBpeTrainer.Train([], maxVocabulary: 255));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ByteLevelBpeTrainer.Train([], minFrequency: 0));
    }

    [TestMethod]
    [DataRow("")]
    [DataRow(" ")]
    [DataRow("  two  spaces ")]
    [DataRow("naïve café £5")]
    [DataRow("日本語 🦙 Привет\n\ttab")]
    [DataRow("bin blue <audio> </s>")]
    public void AnyTextRoundTrips(string text)
    {
        var tokenizer = SpeechTokenizer.FromVocabulary(ByteLevelBpeTrainer.Train(GridSentences()));
        var ids = tokenizer.Encode(text);
        Assert.AreEqual(text, tokenizer.Decode(ids));
        Assert.IsFalse(ids.Any(tokenizer.IsSpecial));
    }

    [TestMethod]
    public void AppendedTokensFollowTheReferenceOrder()
    {
        var vocabulary = ByteLevelBpeTrainer.Train(GridSentences(), maxVocabulary: 300);
        var tokenizer = SpeechTokenizer.FromVocabulary(vocabulary);

        Assert.AreEqual(302, tokenizer.BaseVocabularySize);
        Assert.AreEqual(307, tokenizer.VocabularySize);
        int[] ids = [tokenizer.BosId, tokenizer.EosId, tokenizer.PadId, tokenizer.AudioStartId, tokenizer.AudioEndId, tokenizer.VideoStartId, tokenizer.VideoEndId];
        CollectionAssert.AreEqual(new[] { 300, 301, 302, 303, 304, 305, 306 }, ids);
        Assert.IsTrue(ids.All(tokenizer.IsSpecial));
        Assert.AreEqual("<s></s><pad><audio></audio><video></video>", tokenizer.Decode(ids, keepSpecialTokens: true));
        Assert.AreEqual("", tokenizer.Decode(ids));
        CollectionAssert.AreEqual(new[] { 303, 304 }, tokenizer.EncodeWithSpecialTokens("<audio></audio>"));
    }

    [TestMethod]
    public void SavedTokenizerIsEqual()
    {
        var tokenizer = SpeechTokenizer.FromVocabulary(ByteLevelBpeTrainer.Train(GridSentences()));
        var again = SpeechTokenizer.Deserialize(tokenizer.Serialize());

        Assert.AreEqual(tokenizer.Serialize(), again.Serialize());
        Assert.AreEqual(tokenizer.BaseVocabularySize, again.BaseVocabularySize);
        Assert.AreEqual(tokenizer.VideoEndId, again.VideoEndId);
        CollectionAssert.AreEqual(tokenizer.Encode("place blue at f two now"), again.Encode("place blue at f two now"));
    }

    [TestMethod]
    public void BrokenDefinitionsAreRefused()
    {
        Assert.ThrowsExactly<TokenizerException>(() => SpeechTokenizer.Deserialize("{}"));
        Assert.ThrowsExactly<TokenizerException>(() => SpeechTokenizer.Deserialize("["));
        Assert.ThrowsExactly<TokenizerException>(() => BpeVocabulary.FromJson("{\"tokens\":[\"a\"],\"merges\":[]}"));
        var bytes = ByteLevelBpeTrainer.Train([]).Tokens;
        Assert.ThrowsExactly<TokenizerException>(() => new BpeVocabulary(bytes, ["a b"]));
        Assert.ThrowsExactly<TokenizerException>(() => new BpeVocabulary([.. bytes, "a"], []));
    }

    [TestMethod]
    public void GridTranscriptsNeedOneTokenPerWord()
    {
        var path = SharedData.Require("data/grid/transcripts_34_speakers.tsv");
        var sentences = File.ReadLines(path).Skip(1).Select(line => line.Split('\t')[2]).Take(3000).ToArray();
        var tokenizer = SpeechTokenizer.FromVocabulary(ByteLevelBpeTrainer.Train(sentences));
        foreach (var sentence in sentences)
        {
            var ids = tokenizer.Encode(sentence);
            Assert.HasCount(sentence.Split(' ').Length, ids, sentence);
            Assert.AreEqual(sentence, tokenizer.Decode(ids));
        }
    }

    [TestMethod]
    public void ExpressionsSeeWholeCharacters()
    {
        // Letters and digits beyond U+FFFF count as letters and digits; an unpaired half is not lost.
        string[] Pieces(string text) => [.. new CodePointPreTokenizer(ByteLevelPatterns.Llama3).PreTokenize(text).Select(piece => text.Substring(piece.Offset, piece.Length))];

        CollectionAssert.AreEqual(new[] { "𐐀𐐨a", " ", "𝟘𝟙𝟚", "𝟛", " 🦙" }, Pieces("𐐀𐐨a 𝟘𝟙𝟚𝟛 🦙"));
        CollectionAssert.AreEqual(new[] { "it", "'ſ", " x" }, Pieces("it'ſ x"));
        Assert.AreEqual("a\uD83Db", string.Concat(Pieces("a\uD83Db")));
    }

    [TestMethod]
    public void HopelessExpressionsEndWithAReason()
    {
        var problem = Assert.ThrowsExactly<TokenizerException>(() => new CodePointPreTokenizer("^(a+)+$", TimeSpan.FromMilliseconds(100)).PreTokenize(new string('a', 40) + "!").Count());
        StringAssert.Contains(problem.Message, "^(a+)+$");
    }
}
