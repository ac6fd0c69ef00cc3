using System.IO.Compression;
using System.Text.Json;
using Microsoft.ML.Avsr.Text;

namespace Microsoft.ML.Avsr.Parity.Cases;

/// <summary>Tokenizers of published models: <c>06_tokenizers</c> and <c>09_tokenizer…</c>. Which kind, the files say.</summary>
internal sealed class TokenizerCase : ICaseCategory
{
    public bool Handles(CaseFolder folder) =>
        folder.Category == "06_tokenizers" || folder.Category.StartsWith("09_tokenizer", StringComparison.Ordinal);

    public void Run(CaseFolder folder, CaseCheck check)
    {
        if (Directory.GetFiles(folder.Location, "*.tiktoken").Length > 0)
        {
            RunWhisper(folder, check);
            return;
        }
        foreach (var (name, tokenizer) in Readers(folder))
            RunFiles(folder, tokenizer, name, check);
        if (folder.Root.Find("texts") is { } texts)
            RunReferenceTexts(folder, texts, check);
        if (folder.Has("pieces.json"))
            RunPieces(folder, check);
    }

    /// <summary>Every way in which the case's files can be read; all must give the same ids.</summary>
    private static IEnumerable<(string Name, SpeechTokenizer Tokenizer)> Readers(CaseFolder folder)
    {
        var model = folder.PathOf("tokenizer.model");
        if (folder.Has("tokenizer.json"))
            yield return ("tokenizer.json", SpeechTokenizer.FromHuggingFaceFolder(folder.Location));
        if (folder.Has("tokenizer_pairs_merges.json"))
            yield return ("tokenizer_pairs_merges.json", FromCopies(folder, ("tokenizer_pairs_merges.json", "tokenizer.json"), ("tokenizer_config.json", "tokenizer_config.json")));
        if (folder.Has("vocab.json"))
            yield return ("vocab.json", FromCopies(folder, ("vocab.json", "vocab.json"), ("merges.txt", "merges.txt"), ("tokenizer_config.json", "tokenizer_config.json")));
        if (folder.Has("vocab.json.gz"))
            yield return ("vocab.json", FromCopies(folder, ("vocab.json.gz", "vocab.json"), ("merges.txt.gz", "merges.txt"), ("tokenizer_config.json", "tokenizer_config.json")));
        if (!folder.Has("tokenizer.model"))
            yield break;
        if (!IsRankFile(model))
            yield return ("tokenizer.model", SpeechTokenizer.FromSentencePieceModel(model));
        else if (folder.Has("tokenizer_config.json"))
            yield return ("tokenizer.model", FromCopies(folder, ("tokenizer.model", "tokenizer.model"), ("tokenizer_config.json", "tokenizer_config.json")));
        else
            yield return ("tokenizer.model", SpeechTokenizer.FromLlama3Model(model));
    }

    private static void RunFiles(CaseFolder folder, SpeechTokenizer tokenizer, string reader, CaseCheck check)
    {
        foreach (var file in new[] { "cases.json", "llamacpp_cases.json" }.Where(folder.Has))
        {
            foreach (var item in folder.Json(file).EnumerateArray())
            {
                var text = item.Text("text");
                var ids = tokenizer.Encode(text);
                check.Sequence($"{reader}: ids of '{text}'", item.GetProperty("ids").Integers(), ids);
                check.Same($"{reader}: text of '{text}'", item.Find("decoded")?.GetString() ?? text, tokenizer.Decode(ids));
                if (item.Find("ids_with_bos") is { } started)
                    check.Sequence($"{reader}: ids with BOS of '{text}'", started.Integers(), (int[])[tokenizer.BosId, .. ids]);
            }
        }
        foreach (var item in folder.Has("decode_cases.json") ? folder.Json("decode_cases.json").EnumerateArray() : default)
            check.Same($"{reader}: text of [{string.Join(", ", item.GetProperty("ids").Integers())}]", item.Text("text"), tokenizer.Decode(item.GetProperty("ids").Integers()));
        if (!folder.Has("special_cases.json"))
            return;
        var modern = folder.Has("tokenizer.model") && !IsRankFile(folder.PathOf("tokenizer.model"))
            ? SpeechTokenizer.FromSentencePieceModel(folder.PathOf("tokenizer.model"), legacy: false) : null;
        foreach (var item in folder.Json("special_cases.json").EnumerateArray())
        {
            var text = item.Text("text");
            void Compare(string name, Func<int[]> ids)
            {
                if (item.Find(name) is { } expected)
                    check.Sequence($"{reader}: {name} of '{text}'", expected.Integers(), ids());
            }
            Compare("ids_special_parsed", () => tokenizer.EncodeWithSpecialTokens(text));
            Compare("ids_special_as_text", () => tokenizer.Encode(text));
            Compare("ids_with_bos", () => [tokenizer.BosId, .. tokenizer.EncodeWithSpecialTokens(text)]);
            Compare("hf_legacy", () => tokenizer.EncodeWithSpecialTokens(text));
            if (modern is not null)
                Compare("hf_nonlegacy", () => modern.EncodeWithSpecialTokens(text));
        }
    }

    private static void RunReferenceTexts(CaseFolder folder, JsonElement texts, CaseCheck check)
    {
        var tokenizer = Readers(folder).First().Tokenizer;
        foreach (var item in texts.EnumerateArray())
        {
            var text = item.Text("text");
            check.Sequence($"ids of '{text}'", item.GetProperty("ids").Integers(), (int[])[tokenizer.BosId, .. tokenizer.Encode(text), tokenizer.EosId]);
            check.Same($"text of '{text}'", item.Text("decoded_skip_special"), tokenizer.Decode(item.GetProperty("ids").Integers()));
        }
        foreach (var token in folder.Root.GetProperty("special_ids").EnumerateObject())
            check.Sequence(token.Name, new[] { token.Value.GetInt32() }, tokenizer.EncodeWithSpecialTokens(token.Name));
        if (folder.Root.Find("size") is { } size)
            check.Same("size", size.GetInt32(), tokenizer.VocabularySize);
        if (folder.Has("collate.safetensors"))
            RunCollated(folder, tokenizer, [.. texts.EnumerateArray().Select(t => t.Text("text"))], check);
    }

    /// <summary>The reference's batches: padded on the right; labels are the tokens, -100 at the padding. Which texts, the rows say.</summary>
    private static void RunCollated(CaseFolder folder, SpeechTokenizer tokenizer, string[] texts, CaseCheck check)
    {
        var tensors = folder.Tensors("collate.safetensors");
        var tokens = tensors.Read("tokens");
        var labels = tensors.Read("labels");
        var width = (int)tokens.shape[1];
        var rows = texts.Select(t => (int[])[tokenizer.BosId, .. tokenizer.Encode(t), tokenizer.EosId]).ToArray();
        for (var i = 0L; i < tokens.shape[0]; i++)
        {
            var expected = CaseCheck.Numbers(tokens[i]);
            var row = rows.FirstOrDefault(r => r.Length <= width && r.Select(x => (double)x).SequenceEqual(expected.Take(r.Length)));
            if (row is null)
            {
                check.Fail($"row {i} of the batch is none of the case's texts");
                continue;
            }
            check.Sequence($"tokens of row {i}", expected, [.. row.Select(x => (double)x), .. Enumerable.Repeat((double)tokenizer.PadId, width - row.Length)]);
            check.Sequence($"labels of row {i}", CaseCheck.Numbers(labels[i]), [.. row.Select(x => (double)x), .. Enumerable.Repeat(-100.0, width - row.Length)]);
        }
    }

    private static void RunPieces(CaseFolder folder, CaseCheck check)
    {
        var file = SentencePieceFile.Parse(File.ReadAllBytes(folder.PathOf("tokenizer.model")), "tokenizer.model");
        var pieces = folder.Json("pieces.json").EnumerateArray().ToArray();
        check.Same("pieces", pieces.Length, file.Pieces.Count);
        for (var i = 0; i < Math.Min(pieces.Length, file.Pieces.Count); i++)
        {
            var (text, score, type) = file.Pieces[i];
            var kind = type switch
            {
                SentencePieceFile.TypeUnknown => "unknown", SentencePieceFile.TypeControl => "control", SentencePieceFile.TypeByte => "byte",
                SentencePieceFile.TypeUserDefined => "user_defined", SentencePieceFile.TypeUnused => "unused", _ => "normal",
            };
            check.Same($"piece {i}", $"{pieces[i][0].GetString()} {(float)pieces[i][1].GetDouble()} {pieces[i][2].GetString()}", $"{text} {score} {kind}");
        }
    }

    private static void RunWhisper(CaseFolder folder, CaseCheck check)
    {
        foreach (var variant in folder.Json("special.json").EnumerateObject())
        {
            var isMultilingual = variant.Value.Find("args")?.Flag("multilingual") ?? variant.Name.StartsWith("multilingual", StringComparison.Ordinal);
            var languages = variant.Value.Find("args")?.Integer("num_languages", 99) ?? 99;
            var tokenizer = SpeechTokenizer.FromWhisperRanks(folder.PathOf(isMultilingual ? "multilingual.tiktoken" : "gpt2.tiktoken"), languages);
            check.Same($"{variant.Name}: sot", variant.Value.Integer("sot"), tokenizer.BosId);
            check.Same($"{variant.Name}: eot", variant.Value.Integer("eot"), tokenizer.EosId);
            check.Same($"{variant.Name}: n_vocab", variant.Value.Integer("n_vocab"), tokenizer.BaseVocabularySize);
            foreach (var token in variant.Value.GetProperty("special_tokens").EnumerateObject())
                check.Sequence($"{variant.Name}: {token.Name}", new[] { token.Value.GetInt32() }, tokenizer.EncodeWithSpecialTokens(token.Name));
            if (folder.Has($"cases_{variant.Name}.json"))
            {
                foreach (var item in folder.Json($"cases_{variant.Name}.json").EnumerateArray())
                    check.Sequence($"{variant.Name}: ids of '{item.Text("text")}'", item.GetProperty("ids").Integers(), tokenizer.Encode(item.Text("text")));
            }
            if (folder.Has($"decode_cases_{variant.Name}.json"))
            {
                foreach (var item in folder.Json($"decode_cases_{variant.Name}.json").EnumerateArray())
                    check.Same($"{variant.Name}: text of [{string.Join(", ", item.GetProperty("ids").Integers())}]", item.Text("text"), tokenizer.Decode(item.GetProperty("ids").Integers()));
            }
        }
    }

    // Rank files are lines of base64; SentencePiece models are protocol buffers, whose first byte is a field tag.
    private static bool IsRankFile(string path)
    {
        using var stream = File.OpenRead(path);
        return stream.ReadByte() != 0x0A;
    }

    private static SpeechTokenizer FromCopies(CaseFolder folder, params (string Source, string Name)[] files)
    {
        var copy = Directory.CreateTempSubdirectory("avsr-parity-");
        try
        {
            foreach (var (source, name) in files)
            {
                var target = Path.Combine(copy.FullName, name);
                if (folder.Has(source) && source.EndsWith(".gz", StringComparison.Ordinal))
                {
                    using var packed = new GZipStream(File.OpenRead(folder.PathOf(source)), CompressionMode.Decompress);
                    using var unpacked = File.Create(target);
                    packed.CopyTo(unpacked);
                }
                else if (folder.Has(source))
                {
                    File.Copy(folder.PathOf(source), target);
                }
                else if (name == "tokenizer_config.json")
                {
                    File.WriteAllText(target, Configuration(folder));
                }
            }
            return SpeechTokenizer.FromHuggingFaceFolder(copy.FullName);
        }
        finally
        {
            copy.Delete(recursive: true);
        }
    }

    /// <summary>What a model folder would hold, from the special tokens that <c>case.json</c> lists.</summary>
    private static string Configuration(CaseFolder folder)
    {
        var special = folder.Root.GetProperty("vocab").GetProperty("special_tokens").EnumerateObject().ToArray();
        var isQwen = folder.Root.GetProperty("vocab").Find("pattern") is not null;
        return JsonSerializer.Serialize(new Dictionary<string, object?>
        {
            ["tokenizer_class"] = isQwen ? "Qwen2Tokenizer" : "GPT2Tokenizer",
            ["bos_token"] = null,
            ["eos_token"] = special[0].Name,
            ["pad_token"] = special[0].Name,
            ["added_tokens_decoder"] = special.ToDictionary(
                t => t.Value.GetInt32().ToString(System.Globalization.CultureInfo.InvariantCulture), t => new { content = t.Name, special = true }),
        });
    }
}
