using Microsoft.ML.Avsr.Text;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Text;

[TestClass]
public class Llama2cTokenizerTests
{
    [TestMethod]
    public void StoryRoundTrips()
    {
        var tokenizer = Llama2cTokenizer.Load(SharedData.Require("data/tiny-llama/tok512.bin"));
        var story = File.ReadAllText(SharedData.Require("data/tiny-llama/expected_greedy.txt"));

        Assert.AreEqual(512, tokenizer.VocabularySize);
        var ids = tokenizer.EncodeToIds(story);
        Assert.AreEqual(story, tokenizer.Decode(ids));
        // 512 pieces of English children's stories: well under one token per character.
        Assert.IsLessThan(story.Length / 2, ids.Count);
    }

    [TestMethod]
    public void UnknownCharactersBecomeBytes()
    {
        var tokenizer = Llama2cTokenizer.Load(SharedData.Require("data/tiny-llama/tok512.bin"));
        var ids = tokenizer.EncodeToIds("日");
        CollectionAssert.AreEqual(new[] { 3 + 0xE6, 3 + 0x97, 3 + 0xA5 }, ids.Skip(1).ToArray());
        Assert.AreEqual("日", tokenizer.Decode(ids));
        Assert.AreEqual("", tokenizer.Decode([1, 2, 0]));
        Assert.IsEmpty(tokenizer.EncodeToIds(""));
    }

    [TestMethod]
    public void BrokenFilesAreRefused()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            foreach (var bytes in new byte[][] { [], [1, 2], [9, 0, 0, 0], [9, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 127], [1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0] })
            {
                File.WriteAllBytes(path, bytes);
                var problem = Assert.ThrowsExactly<TokenizerException>(() => Llama2cTokenizer.Load(path));
                StringAssert.Contains(problem.Message, path);
            }
        }
        finally
        {
            File.Delete(path);
        }
    }
}
