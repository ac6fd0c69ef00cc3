using System.IO.Compression;
using System.Text.Json;
using Microsoft.ML.Avsr.Text;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Text;

/// <summary>Exact ids and exact text against the reference tokenizers.</summary>
[TestClass]
public class PretrainedTokenizerTests
{
    private const string Cases = "golden/components/06_tokenizers/";

    [TestMethod]
    public void Llama3RanksEqualTheReference()
    {
        var tokenizer = SpeechTokenizer.FromLlama3Model(SharedData.Require(Cases + "llama3/tokenizer.model"));
        Assert.AreEqual(128256, tokenizer.BaseVocabularySize);
        Assert.AreEqual(128000, tokenizer.BosId);
        Assert.AreEqual(128001, tokenizer.EosId);
        CollectionAssert.AreEqual(new[] { 128256, 128257, 128258, 128259, 128260 },
            new[] { tokenizer.PadId, tokenizer.AudioStartId, tokenizer.AudioEndId, tokenizer.VideoStartId, tokenizer.VideoEndId });
        CheckFolder(tokenizer, "llama3");
        CheckGguf(tokenizer, "llama-bpe");
        CheckSaved(tokenizer, "llama3");
    }

    [TestMethod]
    public void Llama3JsonEqualsTheReference()
    {
        var tokenizer = SpeechTokenizer.FromHuggingFaceFolder(SharedData.Require(Cases + "llama3_mini"));
        Assert.AreEqual(3500, tokenizer.BosId);
        Assert.AreEqual(3501, tokenizer.EosId);
        Assert.AreEqual(3756, tokenizer.PadId);
        CheckFolder(tokenizer, "llama3_mini");
        CheckSaved(tokenizer, "llama3_mini");
    }

    [TestMethod]
    public void MergesWrittenAsPairsAndRankFilesAreTheSameTokenizer()
    {
        var folder = SharedData.Require(Cases + "llama3_mini");
        foreach (var (file, name) in new[] { ("tokenizer_pairs_merges.json", "tokenizer.json"), ("tokenizer.model", "tokenizer.model") })
        {
            using var temporary = new TemporaryFolder();
            File.Copy(Path.Combine(folder, file), temporary.File(name));
            File.Copy(Path.Combine(folder, "tokenizer_config.json"), temporary.File("tokenizer_config.json"));
            CheckFolder(SpeechTokenizer.FromHuggingFaceFolder(temporary.Path), "llama3_mini");
        }
    }

    [TestMethod]
    public void Llama2SentencePieceEqualsTheReference()
    {
        var path = SharedData.Require(Cases + "llama2/tokenizer.model");
        var tokenizer = SpeechTokenizer.FromSentencePieceModel(path);
        Assert.AreEqual(32000, tokenizer.PadId);
        Assert.AreEqual(32004, tokenizer.VideoEndId);
        CheckFolder(tokenizer, "llama2");
        CheckGguf(tokenizer, "llama-spm");
        CheckSaved(tokenizer, "llama2");
        var modern = SpeechTokenizer.FromSentencePieceModel(path, legacy: false);
        foreach (var item in Read("llama2/special_cases.json"))
        {
            var text = item.GetProperty("text").GetString()!;
            CollectionAssert.AreEqual(Ids(item, "ids_special_as_text"), tokenizer.Encode(text), text);
            CollectionAssert.AreEqual(Ids(item, "hf_legacy"), tokenizer.EncodeWithSpecialTokens(text), text);
            CollectionAssert.AreEqual(Ids(item, "hf_nonlegacy"), modern.EncodeWithSpecialTokens(text), text);
        }
    }

    [TestMethod]
    public void Gpt2EqualsTheReference()
    {
        using var folder = Unpacked("gpt2", configuration: null);
        var tokenizer = SpeechTokenizer.FromHuggingFaceFolder(folder.Path);
        Assert.AreEqual(50257, tokenizer.BaseVocabularySize);
        Assert.AreEqual(50256, tokenizer.EosId);
        CheckFolder(tokenizer, "gpt2");
        CheckGguf(tokenizer, "gpt-2");
        CheckSaved(tokenizer, "gpt2");
    }

    [TestMethod]
    public void Qwen2EqualsTheReference()
    {
        using var folder = Unpacked("qwen2", """
            {"tokenizer_class": "Qwen2Tokenizer", "bos_token": null, "eos_token": "<|endoftext|>", "pad_token": "<|endoftext|>", "added_tokens_decoder": {
              "151643": {"content": "<|endoftext|>", "special": true}, "151644": {"content": "<|im_start|>", "special": true}, "151645": {"content": "<|im_end|>", "special": true}}}
            """);
        var tokenizer = SpeechTokenizer.FromHuggingFaceFolder(folder.Path);
        Assert.AreEqual(-1, tokenizer.BosId);
        Assert.AreEqual(151643, tokenizer.PadId);
        Assert.AreEqual(151646, tokenizer.AudioStartId);
        CheckFolder(tokenizer, "qwen2");
        CheckGguf(tokenizer, "qwen2");
        CheckSaved(tokenizer, "qwen2");
    }

    [TestMethod]
    public void Qwen2FolderEqualsTheReferenceFromBothFileSets()
    {
        var folder = SharedData.Require(Cases + "qwen2_mini");
        var tokenizer = SpeechTokenizer.FromHuggingFaceFolder(folder);
        Assert.AreEqual(4002, tokenizer.EosId);
        Assert.AreEqual(4000, tokenizer.PadId);
        CheckFolder(tokenizer, "qwen2_mini");
        using var temporary = new TemporaryFolder();
        foreach (var name in new[] { "vocab.json", "merges.txt", "tokenizer_config.json" })
            File.Copy(Path.Combine(folder, name), temporary.File(name));
        CheckFolder(SpeechTokenizer.FromHuggingFaceFolder(temporary.Path), "qwen2_mini");
    }

    [TestMethod]
    [DataRow("multilingual.tiktoken", 99, "multilingual_99")]
    [DataRow("multilingual.tiktoken", 100, "multilingual_100")]
    [DataRow("gpt2.tiktoken", 99, "english_only")]
    public void WhisperEqualsTheReference(string file, int languages, string variant)
    {
        var tokenizer = SpeechTokenizer.FromWhisperRanks(SharedData.Require(Cases + "whisper/" + file), languages);
        using var document = JsonDocument.Parse(File.ReadAllText(SharedData.Require(Cases + "whisper/special.json")));
        var expected = document.RootElement.GetProperty(variant);
        Assert.AreEqual(expected.GetProperty("sot").GetInt32(), tokenizer.BosId);
        Assert.AreEqual(expected.GetProperty("eot").GetInt32(), tokenizer.EosId);
        Assert.AreEqual(expected.GetProperty("n_vocab").GetInt32(), tokenizer.BaseVocabularySize);
        foreach (var token in expected.GetProperty("special_tokens").EnumerateObject())
            CollectionAssert.AreEqual(new[] { token.Value.GetInt32() }, tokenizer.EncodeWithSpecialTokens(token.Name), token.Name);
        if (variant == "multilingual_100")
            return;
        foreach (var item in Read($"whisper/cases_{variant}.json"))
            CollectionAssert.AreEqual(Ids(item, "ids"), tokenizer.Encode(item.GetProperty("text").GetString()!), item.GetProperty("text").GetString());
        foreach (var item in Read($"whisper/decode_cases_{variant}.json"))
            Assert.AreEqual(item.GetProperty("text").GetString(), tokenizer.Decode(Ids(item, "ids")));
    }

    [TestMethod]
    public void SmallSentencePieceModelEqualsTheReference()
    {
        var tokenizer = SpeechTokenizer.FromSentencePieceModel(Path.Combine(AppContext.BaseDirectory, "Golden/06_tokenizers/spm_mini/tokenizer.model"));
        foreach (var item in GoldenText.Read("06_tokenizers/spm_mini/cases.json").EnumerateArray())
        {
            var text = item.GetProperty("text").GetString()!;
            var ids = tokenizer.Encode(text);
            CollectionAssert.AreEqual(Ids(item, "ids"), ids, text);
            Assert.AreEqual(item.GetProperty("decoded").GetString(), tokenizer.Decode(ids));
        }
        CollectionAssert.AreEqual(tokenizer.Encode("speech to text"), SpeechTokenizer.Deserialize(tokenizer.Serialize()).Encode("speech to text"));
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void SentencePieceModelReadFromJsonIsTheSame(bool normalizers)
    {
        // As Hugging Face's converter writes it: every split of every piece, in the order of the scores.
        var pieces = GoldenText.Read("06_tokenizers/spm_mini/pieces.json").EnumerateArray().Select(piece => (Text: piece[0].GetString()!, Score: piece[1].GetSingle())).ToArray();
        var known = pieces.Select(piece => piece.Text).ToHashSet();
        var merges = pieces.OrderByDescending(piece => piece.Score).SelectMany(piece => Enumerable.Range(1, Math.Max(0, piece.Text.Length - 1))
            .Select(at => new[] { piece.Text[..at], piece.Text[at..] }).Where(known.IsSupersetOf)).ToArray();
        object spaces = normalizers
            ? new object[] { new { type = "Prepend", prepend = "▁" }, new { type = "Replace", pattern = new { String = " " }, content = "▁" } } : Array.Empty<object>();
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("tokenizer.json"), JsonSerializer.Serialize(new
        {
            added_tokens = pieces.Take(3).Select((piece, id) => new { id, content = piece.Text, special = true }),
            normalizer = normalizers ? new { type = "Sequence", normalizers = spaces } : null,
            pre_tokenizer = normalizers ? null : new { type = "Metaspace", replacement = "▁", prepend_scheme = "first", split = false },
            model = new { type = "BPE", unk_token = "<unk>", byte_fallback = true, vocab = pieces.Select((piece, id) => (piece.Text, id)).ToDictionary(pair => pair.Text, pair => pair.id), merges },
        }));
        var tokenizer = SpeechTokenizer.FromHuggingFaceFolder(folder.Path);
        foreach (var item in GoldenText.Read("06_tokenizers/spm_mini/cases.json").EnumerateArray())
            CollectionAssert.AreEqual(Ids(item, "ids"), tokenizer.Encode(item.GetProperty("text").GetString()!), item.GetProperty("text").GetString());
        Assert.AreEqual(1, tokenizer.BosId);
        Assert.AreEqual(2, tokenizer.EosId);
        Assert.AreEqual(600, tokenizer.PadId);
        // Behind a special token only the normaliser puts a space.
        var bare = Array.FindIndex(pieces, piece => piece.Text == "z");
        CollectionAssert.AreEqual((int[])[1, .. normalizers ? tokenizer.Encode("z") : [bare]], tokenizer.EncodeWithSpecialTokens("<s>z"));
    }

    [TestMethod]
    public void SentencesOfTheModelReferenceAreEqual()
    {
        var expected = GoldenText.Read("09_tokenizer_llama2_sp/case.json");
        var tokenizer = SpeechTokenizer.FromSentencePieceModel(Path.Combine(AppContext.BaseDirectory, "Golden/09_tokenizer_llama2_sp/tokenizer.model"));
        foreach (var item in expected.GetProperty("texts").EnumerateArray())
        {
            var text = item.GetProperty("text").GetString()!;
            CollectionAssert.AreEqual(Ids(item, "ids"), (int[])[tokenizer.BosId, .. tokenizer.Encode(text), tokenizer.EosId], text);
            Assert.AreEqual(item.GetProperty("decoded_skip_special").GetString(), tokenizer.Decode(Ids(item, "ids")));
        }
        foreach (var token in expected.GetProperty("special_ids").EnumerateObject())
            CollectionAssert.AreEqual(new[] { token.Value.GetInt32() }, tokenizer.EncodeWithSpecialTokens(token.Name), token.Name);
        Assert.AreEqual(expected.GetProperty("size").GetInt32(), tokenizer.VocabularySize);
    }

    private static void CheckFolder(SpeechTokenizer tokenizer, string folder)
    {
        var checkedCases = 0;
        foreach (var name in new[] { "cases.json", "llamacpp_cases.json" })
        {
            if (!File.Exists(Path.Combine(SharedData.Require(Cases + folder), name)))
                continue;
            foreach (var item in Read($"{folder}/{name}"))
            {
                var text = item.GetProperty("text").GetString()!;
                var ids = tokenizer.Encode(text);
                CollectionAssert.AreEqual(Ids(item, "ids"), ids, text);
                Assert.AreEqual(item.TryGetProperty("decoded", out var decoded) ? decoded.GetString() : text, tokenizer.Decode(ids));
                checkedCases++;
            }
        }
        if (File.Exists(Path.Combine(SharedData.Require(Cases + folder), "decode_cases.json")))
        {
            foreach (var item in Read($"{folder}/decode_cases.json"))
                Assert.AreEqual(item.GetProperty("text").GetString(), tokenizer.Decode(Ids(item, "ids")), string.Join(' ', Ids(item, "ids")));
        }
        if (File.Exists(Path.Combine(SharedData.Require(Cases + folder), "special_cases.json")))
        {
            foreach (var item in Read($"{folder}/special_cases.json"))
            {
                var text = item.GetProperty("text").GetString()!;
                if (item.TryGetProperty("ids_special_parsed", out _))
                    CollectionAssert.AreEqual(Ids(item, "ids_special_parsed"), tokenizer.EncodeWithSpecialTokens(text), text);
                if (item.TryGetProperty("ids_special_as_text", out _))
                    CollectionAssert.AreEqual(Ids(item, "ids_special_as_text"), tokenizer.Encode(text), text);
            }
        }
        Assert.IsGreaterThan(100, checkedCases);
    }

    private static void CheckGguf(SpeechTokenizer tokenizer, string name)
    {
        var texts = File.ReadAllText(SharedData.Require($"data/tokenizers/ggml-vocab-{name}.gguf.inp")).Split("\n__ggml_vocab_test__\n");
        var lines = File.ReadAllLines(SharedData.Require($"data/tokenizers/ggml-vocab-{name}.gguf.out"));
        for (var i = 0; i < lines.Length; i++)
            Assert.AreEqual(lines[i].Trim(), string.Join(' ', tokenizer.Encode(texts[i])), texts[i]);
    }

    private static void CheckSaved(SpeechTokenizer tokenizer, string folder)
    {
        var again = SpeechTokenizer.Deserialize(tokenizer.Serialize());
        Assert.AreEqual(tokenizer.VocabularySize, again.VocabularySize);
        Assert.AreEqual(tokenizer.BosId, again.BosId);
        foreach (var item in Read($"{folder}/cases.json").Take(60))
            CollectionAssert.AreEqual(Ids(item, "ids"), again.Encode(item.GetProperty("text").GetString()!));
    }

    private static TemporaryFolder Unpacked(string name, string? configuration)
    {
        var folder = new TemporaryFolder();
        foreach (var file in new[] { "vocab.json", "merges.txt" })
        {
            using var packed = new GZipStream(File.OpenRead(SharedData.Require($"{Cases}{name}/{file}.gz")), CompressionMode.Decompress);
            using var target = File.Create(folder.File(file));
            packed.CopyTo(target);
        }
        File.WriteAllText(folder.File("tokenizer_config.json"), configuration ?? File.ReadAllText(SharedData.Require($"{Cases}{name}/tokenizer_config.json")));
        return folder;
    }

    private static JsonElement[] Read(string name) => [.. JsonDocument.Parse(File.ReadAllText(SharedData.Require(Cases + name))).RootElement.EnumerateArray()];

    private static int[] Ids(JsonElement item, string name) => [.. item.GetProperty(name).EnumerateArray().Select(id => id.GetInt32())];
}
