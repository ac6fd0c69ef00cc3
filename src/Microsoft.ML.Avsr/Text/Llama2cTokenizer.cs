using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Microsoft.ML.Tokenizers;

namespace Microsoft.ML.Avsr.Text;

/// <summary>
/// The tokenizer file of llama2.c models (<c>tokenizer.bin</c>, <c>tok512.bin</c>): a SentencePiece byte-pair vocabulary with byte fallback.
/// Layout, little endian: int32 length of the longest piece, then for each piece float32 score, int32 length, UTF-8 bytes.
/// Ids: 0 unknown, 1 beginning, 2 end of sentence, 3 to 258 the bytes.
/// </summary>
public sealed class Llama2cTokenizer : Tokenizer
{
    private const int FirstByteId = 3;
    private const int MaxPieces = 1 << 20;
    private const long MaxFileBytes = 64L << 20;
    private readonly List<string> _pieces = [];
    private readonly List<float> _scores = [];
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);

    private Llama2cTokenizer()
    {
    }

    /// <summary>Id of the beginning of a sentence.</summary>
    public int BosId => 1;

    /// <summary>Id of the end of a sentence.</summary>
    public int EosId => 2;

    /// <summary>Number of pieces.</summary>
    public int VocabularySize => _pieces.Count;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ArgumentException"><paramref name="path"/> is null or empty.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="TokenizerException">The file breaks the layout.</exception>
    public static Llama2cTokenizer Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var length = new FileInfo(path).Length;
        if (length > MaxFileBytes)
            throw new TokenizerException($"{path}: {length} bytes, more than the {MaxFileBytes} that a llama2.c tokenizer may have.");
        ReadOnlySpan<byte> bytes = File.ReadAllBytes(path);
        if (bytes.Length < 4)
            throw new TokenizerException($"{path}: too short for a llama2.c tokenizer.");
        var longest = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        bytes = bytes[4..];
        var tokenizer = new Llama2cTokenizer();
        while (!bytes.IsEmpty)
        {
            var id = tokenizer._pieces.Count;
            var size = bytes.Length >= 8 ? BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]) : -1;
            if (id == MaxPieces || size < 0 || size > longest || size > bytes.Length - 8)
                throw new TokenizerException($"{path}: piece {id} breaks the layout (length {size}, longest {longest}, {bytes.Length} bytes left, at most {MaxPieces} pieces).");
            var piece = Encoding.UTF8.GetString(bytes.Slice(8, size));
            tokenizer._scores.Add(BinaryPrimitives.ReadSingleLittleEndian(bytes));
            tokenizer._pieces.Add(piece);
            // The byte pieces' names are no text; everything else can be looked up, the first of equals wins.
            if (id >= FirstByteId + 256)
                tokenizer._ids.TryAdd(piece, id);
            bytes = bytes[(8 + size)..];
        }
        if (tokenizer._pieces.Count < FirstByteId + 256)
            throw new TokenizerException($"{path}: {tokenizer._pieces.Count} pieces; the three marks and 256 bytes come first in a llama2.c tokenizer.");
        return tokenizer;
    }

    /// <summary>Encodes text: one space is put before it, characters outside the vocabulary become bytes, then the best-scored neighbours are joined until none is left.</summary>
    /// <inheritdoc/>
    protected override EncodeResults<EncodedToken> EncodeToTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        var span = text is null ? textSpan : text.AsSpan();
        if (span.IsEmpty)
            return new EncodeResults<EncodedToken> { Tokens = [], CharsConsumed = 0 };
        var symbols = new List<(int Id, int Start, int End)>(span.Length + 1);
        if (_ids.TryGetValue(" ", out var space))
            symbols.Add((space, 0, 0));
        Span<byte> utf8 = stackalloc byte[4];
        for (var i = 0; i < span.Length;)
        {
            Rune.DecodeFromUtf16(span[i..], out var rune, out var used);
            if (_ids.TryGetValue(rune.ToString(), out var id))
            {
                symbols.Add((id, i, i + used));
            }
            else
            {
                var count = rune.EncodeToUtf8(utf8);
                for (var k = 0; k < count; k++)
                    symbols.Add((FirstByteId + utf8[k], i, i + used));
            }
            i += used;
        }
        while (BestMerge(symbols) is var (at, merged))
        {
            symbols[at] = (merged, symbols[at].Start, symbols[at + 1].End);
            symbols.RemoveAt(at + 1);
        }
        return new EncodeResults<EncodedToken>
        {
            Tokens = [.. symbols.Select(symbol => new EncodedToken(symbol.Id, _pieces[symbol.Id], symbol.Start..symbol.End))],
            CharsConsumed = span.Length,
        };
    }

    /// <summary>Decodes ids: byte pieces give their byte, marks give nothing, and the space that encoding put first is taken off.</summary>
    /// <inheritdoc/>
    public override string Decode(IEnumerable<int> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var bytes = new ArrayBufferWriter<byte>();
        var first = true;
        foreach (var id in ids)
        {
            if (id is 0 or 1 or 2)
                continue;
            if ((uint)id >= (uint)_pieces.Count)
                throw new ArgumentOutOfRangeException(nameof(ids), id, $"A token id must be from 0 to {_pieces.Count - 1}.");
            if (id < FirstByteId + 256)
                bytes.Write([(byte)(id - FirstByteId)]);
            else
                Encoding.UTF8.GetBytes(first && _pieces[id].StartsWith(' ') ? _pieces[id].AsSpan(1) : _pieces[id], bytes);
            first = false;
        }
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    /// <inheritdoc/>
    public override OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var list = ids as ICollection<int> ?? [.. ids];
        var text = Decode(list);
        if (!text.AsSpan().TryCopyTo(destination))
        {
            idsConsumed = charsWritten = 0;
            return OperationStatus.DestinationTooSmall;
        }
        (idsConsumed, charsWritten) = (list.Count, text.Length);
        return OperationStatus.Done;
    }

    private (int At, int Id)? BestMerge(List<(int Id, int Start, int End)> symbols)
    {
        (int At, int Id)? best = null;
        var bestScore = float.NegativeInfinity;
        for (var i = 0; i + 1 < symbols.Count; i++)
        {
            if (IsText(symbols[i].Id) && IsText(symbols[i + 1].Id)
                && _ids.TryGetValue(_pieces[symbols[i].Id] + _pieces[symbols[i + 1].Id], out var id) && _scores[id] > bestScore)
                (best, bestScore) = ((i, id), _scores[id]);
        }
        return best;
    }

    private static bool IsText(int id) => id >= FirstByteId + 256;
}
