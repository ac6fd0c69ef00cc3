using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace Microsoft.ML.Avsr.Text;

/// <summary>
/// Hugging Face's <c>tokenizer.json</c> of a model that was SentencePiece BPE (Llama 2, TinyLlama): written back as the
/// <c>tokenizer.model</c> it came from, whose scores are the order of the merges. Refused where the merges are not of that kind.
/// </summary>
internal static class SentencePieceJson
{
    private const string Meta = "\u2581";

    public static bool Applies(JsonElement root)
        => root.ValueKind == JsonValueKind.Object && root.TryGetProperty("model", out var model) && model.ValueKind == JsonValueKind.Object
            && model.TryGetProperty("type", out var type) && type.ValueEquals("BPE")
            && model.TryGetProperty("byte_fallback", out var fallback) && fallback.ValueKind == JsonValueKind.True;

    /// <param name="root">The file's content.</param>
    /// <param name="bos">Text of the beginning-of-sentence token.</param>
    /// <param name="eos">Text of the end-of-sentence token.</param>
    /// <param name="path">Its path, for messages.</param>
    /// <returns>The model file's bytes, and whether text behind special tokens gets a dummy prefix.</returns>
    public static (byte[] Model, bool Legacy) ToModel(JsonElement root, string bos, string eos, string path)
    {
        var model = root.GetProperty("model");
        var (ids, pieces) = ReadPieces(model, path);
        var scores = ReadScores(model.GetProperty("merges"), ids, pieces, path);
        var unknown = model.TryGetProperty("unk_token", out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "<unk>";
        var special = TokenizerJson.ReadAddedTokens(root).Select(token => token.Content).ToHashSet(StringComparer.Ordinal);
        foreach (var name in new[] { unknown, bos, eos })
        {
            if (!ids.ContainsKey(name))
                throw new TokenizerException($"{path}: the vocabulary lacks the token '{name}'.");
        }
        var (prefix, legacy) = ReadSpaces(root, path);

        var file = new MemoryStream();
        for (var id = 0; id < pieces.Length; id++)
        {
            var text = pieces[id];
            var isByte = text.Length == 6 && text.StartsWith("<0x", StringComparison.Ordinal) && text[5] == '>';
            var type = text == unknown ? SentencePieceFile.TypeUnknown : isByte ? SentencePieceFile.TypeByte
                : special.Contains(text) ? SentencePieceFile.TypeControl : SentencePieceFile.TypeNormal;
            var piece = new MemoryStream();
            WriteBytes(piece, 1, Encoding.UTF8.GetBytes(text));
            WriteFloat(piece, 2, scores[id]);
            WriteNumber(piece, 3, type);
            WriteBytes(file, 1, piece.ToArray());
        }
        var trainer = new MemoryStream();
        WriteNumber(trainer, 3, 2); // BPE
        WriteNumber(trainer, 35, 1); // byte fallback
        WriteNumber(trainer, 40, ids[unknown]);
        WriteNumber(trainer, 41, ids[bos]);
        WriteNumber(trainer, 42, ids[eos]);
        WriteBytes(file, 2, trainer.ToArray());
        var normalizer = new MemoryStream();
        WriteBytes(normalizer, 1, "identity"u8);
        WriteNumber(normalizer, 3, prefix ? 1 : 0);
        WriteNumber(normalizer, 4, 0); // extra white space stays
        WriteNumber(normalizer, 5, 1); // spaces are written as U+2581
        WriteBytes(file, 3, normalizer.ToArray());
        return (file.ToArray(), legacy);
    }

    private static (Dictionary<string, int> Ids, string[] Pieces) ReadPieces(JsonElement model, string path)
    {
        var entries = model.GetProperty("vocab").EnumerateObject().Select(entry => (entry.Name, Id: entry.Value.GetInt32())).ToArray();
        var pieces = new string[entries.Length];
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (name, id) in entries)
        {
            if ((uint)id >= (uint)pieces.Length || pieces[id] is not null || name.Length == 0 || !ids.TryAdd(name, id))
                throw new TokenizerException($"{path}: the vocabulary's entry '{name}' with id {id}: {entries.Length} entries must have the ids 0 to {entries.Length - 1}, once each.");
            pieces[id] = name;
        }
        return (ids, pieces);
    }

    // Equal to SentencePiece when every split of every piece is a merge, and the merges that make one piece stand together.
    private static float[] ReadScores(JsonElement merges, Dictionary<string, int> ids, string[] pieces, string path)
    {
        var scores = new float[pieces.Length];
        var (rank, last, count) = (0, -1, 0);
        foreach (var merge in merges.EnumerateArray())
        {
            var parts = merge.ValueKind == JsonValueKind.Array ? [.. merge.EnumerateArray().Select(TokenizerFiles.Text)] : TokenizerFiles.Text(merge).Split(' ');
            if (parts.Length != 2 || !ids.ContainsKey(parts[0]) || !ids.ContainsKey(parts[1]) || !ids.TryGetValue(parts[0] + parts[1], out var id))
                throw new TokenizerException($"{path}: merge {count + 1}: two parts, both and their union in the vocabulary, are needed.");
            count++;
            if (id == last)
                continue;
            if (scores[id] != 0)
                throw new TokenizerException($"{path}: the merges that make '{pieces[id]}' do not stand together, so they are no SentencePiece model's; put the 'tokenizer.model' beside the file.");
            (scores[id], last) = (-++rank, id);
        }
        var lookup = ids.GetAlternateLookup<ReadOnlySpan<char>>();
        var splits = 0;
        foreach (var piece in pieces)
        {
            for (var at = 1; at < piece.Length; at++)
                splits += lookup.ContainsKey(piece.AsSpan(0, at)) && lookup.ContainsKey(piece.AsSpan(at)) ? 1 : 0;
        }
        return splits == count ? scores
            : throw new TokenizerException($"{path}: {count} merges, but the vocabulary's pieces split in {splits} ways, so they are no SentencePiece model's; put the 'tokenizer.model' beside the file.");
    }

    // Either a normaliser puts the prefix before every stretch of text (legacy), or the pre-tokenizer before the first.
    private static (bool Prefix, bool Legacy) ReadSpaces(JsonElement root, string path)
    {
        var normalizers = Stages(root, "normalizer", "normalizers");
        var splitters = Stages(root, "pre_tokenizer", "pretokenizers");
        if (splitters is [var metaspace] && Name(metaspace) == "Metaspace" && normalizers.Count == 0)
        {
            var scheme = metaspace.TryGetProperty("prepend_scheme", out var value) ? value.GetString() : "always";
            return (scheme != "never", scheme == "always");
        }
        var replaces = normalizers.Any(stage => Name(stage) == "Replace" && stage.GetProperty("content").GetString() == Meta && stage.GetProperty("pattern").GetProperty("String").GetString() == " ");
        var prepends = normalizers.Any(stage => Name(stage) == "Prepend" && stage.GetProperty("prepend").GetString() == Meta);
        return splitters.Count == 0 && replaces && normalizers.Count == (prepends ? 2 : 1) ? (prepends, true)
            : throw new TokenizerException($"{path}: its normalizer and pre_tokenizer are not those of a SentencePiece model; put the 'tokenizer.model' beside the file.");
    }

    private static List<JsonElement> Stages(JsonElement root, string name, string list)
    {
        if (!root.TryGetProperty(name, out var stage) || stage.ValueKind != JsonValueKind.Object)
            return [];
        return Name(stage) == "Sequence" ? [.. stage.GetProperty(list).EnumerateArray()] : [stage];
    }

    private static string? Name(JsonElement stage) => stage.GetProperty("type").GetString();

    private static void WriteNumber(Stream stream, int field, int value)
    {
        WriteVarint(stream, (uint)field << 3);
        WriteVarint(stream, (uint)value);
    }

    private static void WriteFloat(Stream stream, int field, float value)
    {
        WriteVarint(stream, ((uint)field << 3) | 5);
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        stream.Write(bytes);
    }

    private static void WriteBytes(Stream stream, int field, ReadOnlySpan<byte> bytes)
    {
        WriteVarint(stream, ((uint)field << 3) | 2);
        WriteVarint(stream, (uint)bytes.Length);
        stream.Write(bytes);
    }

    private static void WriteVarint(Stream stream, uint value)
    {
        for (; value >= 0x80; value >>= 7)
            stream.WriteByte((byte)(value | 0x80));
        stream.WriteByte((byte)value);
    }
}
