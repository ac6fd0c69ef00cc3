using System.Text;
using Microsoft.ML.Avsr.Text;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Text;

/// <summary>Damaged tokenizer files are refused with the one exception type, or still make a tokenizer that encodes; nothing else happens.</summary>
[TestClass]
public class TokenizerFileFuzzTests
{
    [TestMethod]
    public void DamagedSentencePieceModels() => Fuzz("model", File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Golden/06_tokenizers/spm_mini/tokenizer.model")),
        path => SpeechTokenizer.FromSentencePieceModel(path));

    [TestMethod]
    public void DamagedRankFiles()
    {
        var text = new StringBuilder();
        for (var value = 0; value < 256; value++)
            text.Append(Convert.ToBase64String([(byte)value])).Append(' ').Append(value).Append('\n');
        text.Append(Convert.ToBase64String("ab"u8)).Append(" 256\n");
        Fuzz("tiktoken", Encoding.ASCII.GetBytes(text.ToString()), path => SpeechTokenizer.FromLlama3Model(path));
    }

    [TestMethod]
    public void DamagedTokenizerJson()
    {
        var vocabulary = ByteLevelBpeTrainer.Train(["one two one two"]);
        var tokens = string.Join(',', vocabulary.Tokens.Select((token, id) => $"{System.Text.Json.JsonSerializer.Serialize(token)}:{id}"));
        var merges = System.Text.Json.JsonSerializer.Serialize(vocabulary.Merges);
        var json = $$$"""
            {"added_tokens":[{"id":{{{vocabulary.Tokens.Count}}},"content":"</s>","special":true,"lstrip":false}],"normalizer":{"type":"NFC"},
             "pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,"use_regex":true},"model":{"type":"BPE","vocab":{{{{tokens}}}},"merges":{{{merges}}}}}
            """;
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("tokenizer_config.json"), """{"eos_token":"</s>"}""");
        Fuzz("json", Encoding.UTF8.GetBytes(json), path =>
        {
            File.Copy(path, folder.File("tokenizer.json"), overwrite: true);
            return SpeechTokenizer.FromHuggingFaceFolder(folder.Path);
        });
    }

    [TestMethod]
    public void DamagedDefinitions() => Fuzz("saved", Encoding.UTF8.GetBytes(SpeechTokenizer.FromVocabulary(ByteLevelBpeTrainer.Train(["one two one two"])).Serialize()),
        path => SpeechTokenizer.Deserialize(File.ReadAllText(path)));

    [TestMethod]
    [DataRow("{}", "tokenizer.json")]
    [DataRow("""{"model":{"type":"Unigram"}}""", "tokenizer.json")]
    [DataRow("""{"model":{"type":"BPE","byte_fallback":true,"vocab":{"<unk>":0,"<s>":1,"</s>":2,"a":3,"b":4,"ab":5},"merges":[]}}""", "tokenizer.json")]
    [DataRow("""{"model":{"type":"BPE","byte_fallback":true,"vocab":{"<unk>":0,"<s>":1,"</s>":9},"merges":[]}}""", "tokenizer.json")]
    [DataRow("""{"model":{"type":"BPE","vocab":{},"merges":[]},"pre_tokenizer":{"type":"ByteLevel"}}""", "tokenizer.json")]
    [DataRow("[", "tokenizer.json")]
    public void RefusalsNameTheFile(string content, string name)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File(name), content);
        var problem = Assert.ThrowsExactly<TokenizerException>(() => SpeechTokenizer.FromHuggingFaceFolder(folder.Path));
        StringAssert.Contains(problem.Message, name);
    }

    [TestMethod]
    public void EmptyFoldersAreRefused()
    {
        using var folder = new TemporaryFolder();
        StringAssert.Contains(Assert.ThrowsExactly<TokenizerException>(() => SpeechTokenizer.FromHuggingFaceFolder(folder.Path)).Message, folder.Path);
        Assert.ThrowsExactly<DirectoryNotFoundException>(() => SpeechTokenizer.FromHuggingFaceFolder(folder.File("absent")));
    }

    private static void Fuzz(string kind, byte[] original, Func<string, SpeechTokenizer> load)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("damaged." + kind);
        var random = new Random(7);
        var refused = 0;
        for (var round = 0; round < 150; round++)
        {
            var bytes = Damage(original, random);
            File.WriteAllBytes(path, bytes);
            try
            {
                var tokenizer = load(path);
                tokenizer.Decode(tokenizer.Encode("one two é\n"));
            }
            catch (TokenizerException)
            {
                refused++;
            }
        }
        Assert.IsGreaterThan(20, refused, kind);
    }

    private static byte[] Damage(byte[] original, Random random)
    {
        var bytes = (byte[])original.Clone();
        switch (random.Next(4))
        {
            case 0:
                return bytes[..random.Next(bytes.Length)];
            case 1:
                var from = random.Next(bytes.Length);
                return [.. bytes[..from], .. bytes[Math.Min(bytes.Length, from + random.Next(1, 40))..]];
            case 2:
                var at = random.Next(bytes.Length);
                return [.. bytes[..at], .. bytes[..random.Next(1, Math.Min(60, bytes.Length))], .. bytes[at..]];
            default:
                for (var i = random.Next(1, 6); i > 0; i--)
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                return bytes;
        }
    }
}
