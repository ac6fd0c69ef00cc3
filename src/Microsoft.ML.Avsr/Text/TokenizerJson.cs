using System.Text.Json;

namespace Microsoft.ML.Avsr.Text;

/// <summary>
/// Hugging Face's <c>tokenizer.json</c> for byte-level vocabularies (Llama 3, Qwen2, GPT-2, Whisper): vocabulary, merges, expression,
/// normaliser and added tokens. What it asks for and this reader does not know is refused by name, never ignored.
/// </summary>
internal static class TokenizerJson
{
    private const int MaxPatternLength = 4096;

    /// <summary>True when the file holds a byte-level model; false for the other kinds, for which a <c>tokenizer.model</c> is needed.</summary>
    public static bool IsByteLevel(JsonElement root)
        => Type(Property(root, "model")) == "BPE" && Stages(Property(root, "pre_tokenizer"), "pretokenizers").Any(stage => Type(stage) == "ByteLevel");

    /// <param name="root">The file's content.</param>
    /// <param name="path">Its path, for messages.</param>
    public static TextCodec ReadCodec(JsonElement root, string path)
    {
        var model = root.GetProperty("model");
        foreach (var name in new[] { "unk_token", "continuing_subword_prefix", "end_of_word_suffix" })
        {
            if (Property(model, name) is { ValueKind: JsonValueKind.String } value && value.GetString() != "" && name != "unk_token")
                throw new TokenizerException($"{path}: model.{name} is '{value.GetString()}'; only byte-level models without it can be read.");
        }
        var vocabulary = ReadVocabulary(model.GetProperty("vocab"), path);
        var merges = ReadMerges(model.GetProperty("merges"), vocabulary, path);
        var pattern = ReadPattern(Property(root, "pre_tokenizer"), path);
        var compose = ReadNormalizer(Property(root, "normalizer"), path);
        var whole = Property(model, "ignore_merges") is { ValueKind: JsonValueKind.True };
        return CreateCodec(vocabulary, merges, pattern, compose, whole, path);
    }

    /// <summary>Reads the added tokens, in the order of the file.</summary>
    public static IEnumerable<SpecialToken> ReadAddedTokens(JsonElement root)
    {
        if (Property(root, "added_tokens") is not { ValueKind: JsonValueKind.Array } tokens)
            yield break;
        foreach (var token in tokens.EnumerateArray())
            yield return ReadAddedToken(token, token.GetProperty("id").GetInt32());
    }

    public static SpecialToken ReadAddedToken(JsonElement token, int id) => new(
        TokenizerFiles.Text(token.GetProperty("content")), id,
        Skipped: Flag(token, "special"), StripLeft: Flag(token, "lstrip"), StripRight: Flag(token, "rstrip"));

    public static Dictionary<string, int> ReadVocabulary(JsonElement element, string path)
    {
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        var ids = new HashSet<int>();
        foreach (var entry in element.EnumerateObject())
        {
            if (!entry.Value.TryGetInt32(out var id) || id is < 0 or int.MaxValue || !ids.Add(id) || !vocabulary.TryAdd(entry.Name, id))
                throw new TokenizerException($"{path}: the vocabulary's entry '{entry.Name}' must have an id of its own, 0 or more.");
        }
        for (var value = 0; value < 256; value++)
        {
            if (!vocabulary.ContainsKey(ByteAlphabet.ToCharacter((byte)value).ToString()))
                throw new TokenizerException($"{path}: no token for the byte 0x{value:X2}; without it some texts cannot be encoded.");
        }
        return vocabulary;
    }

    /// <summary>Checks one merge and adds it; a repeated merge is left out, its first rank counts.</summary>
    public static void AddMerge(string left, string right, Dictionary<string, int> vocabulary, HashSet<(string, string)> seen, List<string> merges, string path)
    {
        if (!vocabulary.ContainsKey(left) || !vocabulary.ContainsKey(right) || !vocabulary.ContainsKey(left + right) || left.Contains(' ') || right.Contains(' '))
            throw new TokenizerException($"{path}: merge {merges.Count + 1}, '{left}' and '{right}': both and their union must be in the vocabulary.");
        if (seen.Add((left, right)))
            merges.Add($"{left} {right}");
    }

    /// <summary>Chooses between ranks and merges.</summary>
    public static TextCodec CreateCodec(Dictionary<string, int> vocabulary, List<string> merges, string pattern, bool compose, bool wholePiecesFirst, string path)
    {
        if (!wholePiecesFirst)
            return new ByteLevelCodec(vocabulary, merges, pattern, compose, prefixSpace: false);
        // A piece that is a token counts as one, whatever the merges say: that is how rank vocabularies work.
        if (AsRanks(vocabulary, merges, path) is { } ranks)
            return new RankCodec(ranks, pattern, compose);
        throw new TokenizerException($"{path}: model.ignore_merges is set, but the merges are not those that the ids' order gives; such a model cannot be read.");
    }

    private static List<string> ReadMerges(JsonElement element, Dictionary<string, int> vocabulary, string path)
    {
        var merges = new List<string>(element.GetArrayLength());
        var seen = new HashSet<(string, string)>();
        foreach (var merge in element.EnumerateArray())
        {
            // Older files write "a b", newer ones ["a", "b"].
            var parts = merge.ValueKind == JsonValueKind.Array ? [.. merge.EnumerateArray().Select(TokenizerFiles.Text)] : TokenizerFiles.Text(merge).Split(' ');
            if (parts.Length != 2)
                throw new TokenizerException($"{path}: merge {merges.Count + 1} does not have two parts.");
            AddMerge(parts[0], parts[1], vocabulary, seen, merges, path);
        }
        return merges;
    }

    // Ranks do the same as merges when the merges are every split of every token into two tokens, in the order of the tokens' ids.
    private static RankVocabulary? AsRanks(Dictionary<string, int> vocabulary, List<string> merges, string path)
    {
        var last = -1;
        foreach (var merge in merges)
        {
            var id = vocabulary[merge.Remove(merge.IndexOf(' '), 1)];
            if (id < last)
                return null;
            last = id;
        }
        var splits = 0;
        var tokens = new SortedDictionary<int, byte[]>();
        var lookup = vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var (token, id) in vocabulary)
        {
            for (var at = 1; at < token.Length; at++)
                splits += lookup.ContainsKey(token.AsSpan(0, at)) && lookup.ContainsKey(token.AsSpan(at)) ? 1 : 0;
            var bytes = new byte[token.Length];
            for (var i = 0; i < bytes.Length; i++)
            {
                if (!ByteAlphabet.TryToByte(token[i], out bytes[i]))
                    return null;
            }
            tokens.Add(id, bytes);
        }
        return splits == merges.Count ? RankVocabulary.Check(tokens, path) : null;
    }

    private static string ReadPattern(JsonElement? element, string path)
    {
        string? pattern = null;
        foreach (var stage in Stages(element, "pretokenizers"))
        {
            switch (Type(stage))
            {
                case "Split" when pattern is null && stage.GetProperty("behavior").GetString() == "Isolated" && !Flag(stage, "invert"):
                    pattern = TokenizerFiles.Text(stage.GetProperty("pattern").GetProperty("Regex"));
                    break;
                case "ByteLevel" when !Flag(stage, "add_prefix_space"):
                    if (Property(stage, "use_regex") is not { ValueKind: JsonValueKind.False })
                        pattern ??= ByteLevelPatterns.Gpt2;
                    break;
                default:
                    throw new TokenizerException($"{path}: the pre_tokenizer '{stage.GetRawText()}' cannot be read; one 'Split' (Isolated) and 'ByteLevel' without a prefix space can.");
            }
        }
        return pattern is { Length: > 0 and <= MaxPatternLength } ? pattern
            : throw new TokenizerException($"{path}: the pre_tokenizer has no expression, or one longer than {MaxPatternLength} characters.");
    }

    private static bool ReadNormalizer(JsonElement? element, string path)
    {
        var compose = false;
        foreach (var stage in Stages(element, "normalizers"))
        {
            if (Type(stage) != "NFC")
                throw new TokenizerException($"{path}: the normalizer '{Type(stage)}' cannot be read; NFC can.");
            compose = true;
        }
        return compose;
    }

    private static IEnumerable<JsonElement> Stages(JsonElement? element, string list)
    {
        if (element is not { ValueKind: JsonValueKind.Object } stage)
            return [];
        return Type(stage) == "Sequence" ? stage.GetProperty(list).EnumerateArray() : [stage];
    }

    private static string? Type(JsonElement? element) => element is { ValueKind: JsonValueKind.Object } value ? Property(value, "type")?.GetString() : null;

    private static bool Flag(JsonElement element, string name) => Property(element, name) is { ValueKind: JsonValueKind.True };

    private static JsonElement? Property(JsonElement element, string name) => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : null;
}
