using System.Text;
using System.Text.Json;
using Microsoft.ML.Avsr.Tests.Checkpoints;
using Microsoft.ML.Avsr.Text;

namespace Microsoft.ML.Avsr.Tests.Text;

/// <summary>The parsers of tokenizer files, with sound files to damage. What is read must also encode and decode.</summary>
internal static class TokenizerParsers
{
    private const string Sample = "one two, isn't\u00e9 \U0001F600 1234\n  aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa <|0|>";

    private static readonly BpeVocabulary s_vocabulary = ByteLevelBpeTrainer.Train(["one two one two"]);

    public static IReadOnlyDictionary<string, FuzzParser> All { get; } = new Dictionary<string, FuzzParser>(StringComparer.Ordinal)
    {
        ["sentencepiece"] = Parser(path => SpeechTokenizer.FromSentencePieceModel(path), () => [Golden("06_tokenizers/spm_mini/tokenizer.model")]),
        ["llama3ranks"] = Parser(path => SpeechTokenizer.FromLlama3Model(path), () => [Ranks()]),
        ["whisperranks"] = Parser(path => SpeechTokenizer.FromWhisperRanks(path), () => [Ranks()]),
        ["tokenizerjson"] = InFolder("tokenizer.json", ("tokenizer_config.json", """{"eos_token":"</s>"}"""), () => [Json(), Json(split: true)]),
        ["sentencepiecejson"] = InFolder("tokenizer.json", ("tokenizer_config.json", "{}"), () => [SentencePieceJson()]),
        ["tokenizerconfig"] = InFolder("tokenizer_config.json", ("tokenizer.json", Encoding.UTF8.GetString(Json())), () => [Config()]),
        ["merges"] = InFolder("merges.txt", ("vocab.json", Vocabulary()), () => [Encoding.UTF8.GetBytes("#version: 0.2\n" + string.Join('\n', s_vocabulary.Merges) + "\n")],
            ("tokenizer_config.json", """{"eos_token":"e","tokenizer_class":"GPT2Tokenizer"}""")),
        ["definition"] = Parser(path => SpeechTokenizer.Deserialize(File.ReadAllText(path)), () => [Encoding.UTF8.GetBytes(SpeechTokenizer.FromVocabulary(s_vocabulary).Serialize())]),
        // Scores and letters are most of the file, and others of them are as good.
        ["llama2ctokenizer"] = new(path =>
        {
            var tokenizer = Llama2cTokenizer.Load(path);
            tokenizer.Decode(tokenizer.EncodeToIds(Sample));
            return 0;
        }, IsRefusal, () => [Llama2c()]) { RefusedOneIn = 8 },
    };

    private static FuzzParser Parser(Func<string, SpeechTokenizer> load, Func<IReadOnlyList<byte[]>> seeds) => new(path =>
    {
        var tokenizer = load(path);
        tokenizer.Decode(tokenizer.EncodeWithSpecialTokens(Sample), keepSpecialTokens: true);
        return 0;
    }, IsRefusal, seeds) { RefusedOneIn = 8 };

    private static FuzzParser InFolder(string name, (string Name, string Text) beside, Func<IReadOnlyList<byte[]>> seeds, (string Name, string Text)? also = null) => Parser(path =>
    {
        var folder = FuzzParser.Beside(path, "tokenizer", folder =>
        {
            File.WriteAllText(Path.Combine(folder, beside.Name), beside.Text);
            if (also is { } second)
                File.WriteAllText(Path.Combine(folder, second.Name), second.Text);
        });
        File.Copy(path, Path.Combine(folder, name), overwrite: true);
        return SpeechTokenizer.FromHuggingFaceFolder(folder);
    }, seeds);

    private static bool IsRefusal(Exception problem) => problem is TokenizerException { Message.Length: > 0 and < 10000 };

    private static byte[] Golden(string file) => File.ReadAllBytes(Values.Golden(file));

    private static byte[] Ranks()
    {
        var text = new StringBuilder();
        for (var value = 0; value < 256; value++)
            text.Append(Convert.ToBase64String([(byte)value])).Append(' ').Append(value).Append('\n');
        text.Append(Convert.ToBase64String("ab"u8)).Append(" 256\n");
        return Encoding.ASCII.GetBytes(text.ToString());
    }

    private static string Vocabulary() => "{" + string.Join(',', s_vocabulary.Tokens.Select((token, id) => $"{JsonSerializer.Serialize(token)}:{id}")) + "}";

    private static byte[] Json(bool split = false)
    {
        var cut = """{"type":"ByteLevel","add_prefix_space":false,"use_regex":true}""";
        if (split)
        {
            var pattern = JsonSerializer.Serialize(ByteLevelPatterns.Qwen2);
            cut = $$$"""{"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":{{{pattern}}}},"behavior":"Isolated","invert":false},{"type":"ByteLevel","add_prefix_space":false,"use_regex":false}]}""";
        }
        return Encoding.UTF8.GetBytes($$$"""
            {"added_tokens":[{"id":{{{s_vocabulary.Tokens.Count}}},"content":"</s>","special":true,"lstrip":false}],"normalizer":{"type":"NFC"},
             "pre_tokenizer":{{{cut}}},"model":{"type":"BPE","vocab":{{{Vocabulary()}}},"merges":{{{JsonSerializer.Serialize(s_vocabulary.Merges)}}}}}
            """);
    }

    private static byte[] SentencePieceJson()
    {
        string[] pieces = ["<unk>", "<s>", "</s>", .. Enumerable.Range(0, 256).Select(value => $"<0x{value:X2}>"), "\u2581", "o", "n", "e", "on", "\u2581o"];
        var vocabulary = string.Join(',', pieces.Select((piece, id) => $"{JsonSerializer.Serialize(piece)}:{id}"));
        return Encoding.UTF8.GetBytes($$$"""
            {"added_tokens":[{"id":1,"content":"<s>","special":true},{"id":2,"content":"</s>","special":true}],
             "normalizer":{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"\u2581"},{"type":"Replace","pattern":{"String":" "},"content":"\u2581"}]},"pre_tokenizer":null,
             "model":{"type":"BPE","unk_token":"<unk>","byte_fallback":true,"vocab":{{{{vocabulary}}}},"merges":["o n","\u2581 o"]}}
            """);
    }

    private static byte[] Config() => """
        {"added_tokens_decoder":{"300":{"content":"<s>","special":true,"lstrip":false,"rstrip":false},"301":{"content":"</s>","special":true,"lstrip":true,"rstrip":true}},
         "bos_token":{"content":"<s>"},"eos_token":"</s>","pad_token":null,"legacy":false,"tokenizer_class":"PreTrainedTokenizerFast"}
        """u8.ToArray();

    private static byte[] Llama2c()
    {
        using var file = new MemoryStream();
        using var writer = new BinaryWriter(file);
        string[] pieces = ["<unk>", "<s>", "</s>", .. Enumerable.Range(0, 256).Select(value => $"<0x{value:X2}>"), " ", "o", "n", "e", "on", " o"];
        writer.Write(pieces.Max(piece => piece.Length));
        for (var id = 0; id < pieces.Length; id++)
        {
            writer.Write((float)-id);
            writer.Write(pieces[id].Length);
            writer.Write(Encoding.UTF8.GetBytes(pieces[id]));
        }
        return file.ToArray();
    }
}
