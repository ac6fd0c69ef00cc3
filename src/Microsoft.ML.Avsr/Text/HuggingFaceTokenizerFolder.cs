using System.Globalization;
using System.Text.Json;

namespace Microsoft.ML.Avsr.Text;

/// <summary>Finds out which tokenizer a Hugging Face model folder holds, and reads it. Only files of fixed names in the folder itself are opened.</summary>
internal static class HuggingFaceTokenizerFolder
{
    public static SpeechTokenizer Read(string directory) => TokenizerFiles.Guard(directory, () => ReadFiles(directory));

    private static SpeechTokenizer ReadFiles(string directory)
    {
        using var configuration = TokenizerFiles.ReadJsonIfPresent(Path.Combine(directory, "tokenizer_config.json"));
        using var map = TokenizerFiles.ReadJsonIfPresent(Path.Combine(directory, "special_tokens_map.json"));
        var jsonPath = Path.Combine(directory, "tokenizer.json");
        var modelPath = Path.Combine(directory, "tokenizer.model");
        using var json = TokenizerFiles.ReadJsonIfPresent(jsonPath);
        var added = TokenizerFiles.Guard(directory, () => AddedTokens(json?.RootElement, configuration?.RootElement));

        if (json is not null && TokenizerFiles.Guard(jsonPath, () => TokenizerJson.IsByteLevel(json.RootElement)))
            return Create(TokenizerFiles.Guard(jsonPath, () => TokenizerJson.ReadCodec(json.RootElement, jsonPath)), added, directory, configuration, map);
        if (File.Exists(modelPath))
        {
            var bytes = TokenizerFiles.ReadBytes(modelPath);
            // A SentencePiece model begins with the key of its first piece, a rank file with base64 text.
            if (bytes is [0x0A, ..])
                return SpeechTokenizer.FromSentencePiece(new SentencePieceCodec(bytes, Legacy(configuration), modelPath), added);
            return added.Count == 0 ? SpeechTokenizer.FromLlama3Model(modelPath)
                : Create(new RankCodec(RankVocabulary.Parse(TokenizerFiles.ReadText(modelPath), modelPath), ByteLevelPatterns.Llama3, compose: false), added, directory, configuration, map);
        }
        if (json is not null && SentencePieceJson.Applies(json.RootElement))
        {
            var bos = Content(configuration, "bos_token") ?? Content(map, "bos_token") ?? "<s>";
            var eos = Content(configuration, "eos_token") ?? Content(map, "eos_token") ?? "</s>";
            var (bytes, legacy) = TokenizerFiles.Guard(jsonPath, () => SentencePieceJson.ToModel(json.RootElement, bos, eos, jsonPath));
            return SpeechTokenizer.FromSentencePiece(new SentencePieceCodec(bytes, legacy, jsonPath), added);
        }
        if (json is not null)
            throw new TokenizerException($"{jsonPath}: only BPE, byte-level or with byte fallback, can be read from this file.");
        return Create(ReadVocabularyAndMerges(directory, configuration), added, directory, configuration, map);
    }

    private static TextCodec ReadVocabularyAndMerges(string directory, JsonDocument? configuration)
    {
        var vocabularyPath = Path.Combine(directory, "vocab.json");
        var mergesPath = Path.Combine(directory, "merges.txt");
        if (!File.Exists(vocabularyPath) || !File.Exists(mergesPath))
            throw new TokenizerException($"{directory}: no tokenizer.json, no tokenizer.model, and not both of vocab.json and merges.txt.");
        var kind = configuration is not null && configuration.RootElement.TryGetProperty("tokenizer_class", out var name) ? name.GetString() : null;
        var (pattern, compose) = kind switch
        {
            "Qwen2Tokenizer" or "Qwen2TokenizerFast" => (ByteLevelPatterns.Qwen2, true),
            "GPT2Tokenizer" or "GPT2TokenizerFast" or "WhisperTokenizer" or "WhisperTokenizerFast" or null => (ByteLevelPatterns.Gpt2, false),
            _ => throw new TokenizerException($"{directory}: the tokenizer_class '{kind}' is not known for vocab.json with merges.txt; GPT2Tokenizer, Qwen2Tokenizer and WhisperTokenizer are."),
        };
        using var json = TokenizerFiles.ReadJson(vocabularyPath);
        var vocabulary = TokenizerFiles.Guard(vocabularyPath, () => TokenizerJson.ReadVocabulary(json.RootElement, vocabularyPath));
        var merges = new List<string>();
        var seen = new HashSet<(string, string)>();
        var number = 0;
        foreach (var line in TokenizerFiles.ReadText(mergesPath).Split('\n').Select(line => line.TrimEnd('\r')))
        {
            // The first line may tell the version; some files lack it.
            if (line.Length == 0 || (number++ == 0 && line.StartsWith("#version", StringComparison.Ordinal)))
                continue;
            var parts = line.Split(' ');
            if (parts.Length != 2)
                throw new TokenizerException($"{mergesPath}: line {number}, '{line}', is not two tokens with a space between.");
            TokenizerJson.AddMerge(parts[0], parts[1], vocabulary, seen, merges, mergesPath);
        }
        return TokenizerJson.CreateCodec(vocabulary, merges, pattern, compose, wholePiecesFirst: false, vocabularyPath);
    }

    private static List<SpecialToken> AddedTokens(JsonElement? json, JsonElement? configuration)
    {
        var tokens = new Dictionary<int, SpecialToken>();
        if (json is { } file)
        {
            foreach (var token in TokenizerJson.ReadAddedTokens(file))
                tokens[token.Id] = token;
        }
        if (configuration is { } settings && settings.TryGetProperty("added_tokens_decoder", out var decoder))
        {
            foreach (var entry in decoder.EnumerateObject())
            {
                var id = int.Parse(entry.Name, NumberStyles.None, CultureInfo.InvariantCulture);
                tokens[id] = TokenizerJson.ReadAddedToken(entry.Value, id);
            }
        }
        return [.. tokens.Values.OrderBy(token => token.Id)];
    }

    private static SpeechTokenizer Create(TextCodec codec, List<SpecialToken> added, string directory, JsonDocument? configuration, JsonDocument? map)
    {
        var bos = Named("bos_token");
        var eos = Named("eos_token") ?? throw new TokenizerException($"{directory}: neither tokenizer_config.json nor special_tokens_map.json names an eos_token.");
        var bosId = bos is null ? -1 : IdOf(bos);
        var eosId = IdOf(eos);
        int? padId = bosId >= 0 ? null : Named("pad_token") is { } pad ? IdOf(pad) : eosId;
        return new SpeechTokenizer(codec, added, bosId, eosId, padId);

        string? Named(string role) => Content(configuration, role) ?? Content(map, role);

        int IdOf(string content)
        {
            foreach (var token in added)
            {
                if (token.Content == content)
                    return token.Id;
            }
            // GPT-2's end of text is an entry of the vocabulary itself.
            var id = codec is ByteLevelCodec bytes ? bytes.IdOf(content) : null;
            var found = id ?? throw new TokenizerException($"{directory}: the special token '{content}' is neither an added token nor in the vocabulary.");
            added.Add(new SpecialToken(content, found));
            return found;
        }
    }

    // A role holds the token's text, or an object with it, or null.
    private static string? Content(JsonDocument? document, string role)
    {
        if (document is null || document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty(role, out var value))
            return null;
        if (value.ValueKind == JsonValueKind.Object && value.TryGetProperty("content", out var content))
            value = content;
        return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }

    private static bool Legacy(JsonDocument? configuration)
        => configuration is null || !configuration.RootElement.TryGetProperty("legacy", out var legacy) || legacy.ValueKind != JsonValueKind.False;
}
