using System.Buffers;
using System.Globalization;
using System.Text;

namespace Microsoft.ML.Tokenizers;

/// <summary>Byte-pair encoding by ranks (.tiktoken files): a whole piece first, else the pair of the lowest rank, again and again.</summary>
public sealed class TiktokenTokenizer : Tokenizer
{
    private readonly RankTable _ranks;
    private readonly Dictionary<int, byte[]> _tokens = [];

    private TiktokenTokenizer(Stream vocabulary, PreTokenizer? preTokenizer, Normalizer? normalizer, IReadOnlyDictionary<string, int>? specialTokens)
    {
        (PreTokenizer, Normalizer, SpecialTokens) = (preTokenizer, normalizer, specialTokens);
        var ranks = new Dictionary<string, int>(StringComparer.Ordinal);
        using var reader = new StreamReader(vocabulary, leaveOpen: true);
        for (var number = 0; reader.ReadLine() is { } line; number++)
        {
            if (line.Length == 0)
                continue;
            try
            {
                // "base64 rank", or the token alone, whose rank is its line number.
                var space = line.IndexOf(' ');
                var bytes = Convert.FromBase64String(space < 0 ? line : line[..space]);
                var rank = space < 0 ? number : int.Parse(line.AsSpan(space + 1), NumberStyles.None, CultureInfo.InvariantCulture);
                ranks[Encoding.Latin1.GetString(bytes)] = rank;
                _tokens[rank] = bytes;
            }
            catch (Exception problem) when (problem is FormatException or OverflowException)
            {
                throw new InvalidOperationException($"Failed to load from BPE vocab file stream: line {number + 1}: {problem.Message}", problem);
            }
        }
        _ranks = new RankTable(ranks);
        foreach (var (token, id) in specialTokens ?? new Dictionary<string, int>())
            _tokens[id] = Encoding.UTF8.GetBytes(token);
    }

    public override PreTokenizer? PreTokenizer { get; }

    public override Normalizer? Normalizer { get; }

    public IReadOnlyDictionary<string, int>? SpecialTokens { get; }

    public static TiktokenTokenizer Create(string vocabFilePath, PreTokenizer? preTokenizer, Normalizer? normalizer, IReadOnlyDictionary<string, int>? specialTokens = null, int cacheSize = 8192)
    {
        ArgumentException.ThrowIfNullOrEmpty(vocabFilePath);
        using var stream = File.OpenRead(vocabFilePath);
        return Create(stream, preTokenizer, normalizer, specialTokens, cacheSize);
    }

    public static TiktokenTokenizer Create(Stream vocabStream, PreTokenizer? preTokenizer, Normalizer? normalizer, IReadOnlyDictionary<string, int>? specialTokens = null, int cacheSize = 8192)
    {
        ArgumentNullException.ThrowIfNull(vocabStream);
        ArgumentOutOfRangeException.ThrowIfNegative(cacheSize);
        return new TiktokenTokenizer(vocabStream, preTokenizer, normalizer, specialTokens);
    }

    protected override EncodeResults<EncodedToken> EncodeToTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        var prepared = Prepare(text, textSpan, settings, Normalizer, PreTokenizer, out var normalized, out var pieces);
        var tokens = new List<EncodedToken>();
        foreach (var (offset, length) in pieces)
            EncodePiece(prepared.AsSpan(offset, length), offset, tokens);
        return new EncodeResults<EncodedToken> { Tokens = tokens, NormalizedText = normalized, CharsConsumed = prepared.Length };
    }

    public override string Decode(IEnumerable<int> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var bytes = new ArrayBufferWriter<byte>();
        foreach (var id in ids)
        {
            if (_tokens.TryGetValue(id, out var token))
                bytes.Write(token);
        }
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    public override OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var list = ids as ICollection<int> ?? [.. ids];
        return CopyDecoded(Decode(list), list.Count, destination, out idsConsumed, out charsWritten);
    }

    private void EncodePiece(ReadOnlySpan<char> piece, int offset, List<EncodedToken> tokens)
    {
        if (SpecialTokens is not null && SpecialTokens.TryGetValue(piece.ToString(), out var special))
        {
            tokens.Add(new EncodedToken(special, piece.ToString(), offset..(offset + piece.Length)));
            return;
        }
        var (bytes, charOf) = ByteAlphabet.Utf8WithOffsets(piece);
        if (_ranks.TryFind(bytes, out var whole))
        {
            tokens.Add(new EncodedToken(whole, piece.ToString(), offset..(offset + piece.Length)));
            return;
        }
        var symbols = new List<MergeSymbol>(bytes.Length);
        for (var i = 0; i < bytes.Length; i++)
        {
            if (!_ranks.TryFind(bytes.AsSpan(i, 1), out var rank))
                throw new InvalidOperationException($"The vocabulary has no token for the byte 0x{bytes[i]:X2}.");
            symbols.Add(new MergeSymbol(i, 1, rank));
        }
        foreach (var symbol in PairMerger.Merge(symbols, _ranks.Over(bytes)))
        {
            var last = symbol.Start + symbol.Length;
            var from = charOf[symbol.Start];
            var to = last < charOf.Length ? Math.Max(charOf[last], charOf[last - 1] + 1) : piece.Length;
            tokens.Add(new EncodedToken(symbol.Id, piece[from..to].ToString(), (offset + from)..(offset + to)));
        }
    }

    /// <summary>Ranks of byte strings, which are kept as Latin-1 text so that slices can be looked up without copying.</summary>
    private sealed class RankTable(Dictionary<string, int> ranks)
    {
        private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup = ranks.GetAlternateLookup<ReadOnlySpan<char>>();

        public bool TryFind(ReadOnlySpan<byte> bytes, out int rank) => _lookup.TryGetValue(Encoding.Latin1.GetString(bytes), out rank);

        public Rule Over(byte[] bytes) => new(Encoding.Latin1.GetString(bytes), _lookup);

        public readonly struct Rule(string text, Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> lookup) : IMergeRule
        {
            public bool TryMerge(in MergeSymbol left, in MergeSymbol right, out double priority, out int id)
            {
                var found = lookup.TryGetValue(text.AsSpan(left.Start, left.Length + right.Length), out id);
                priority = id;
                return found;
            }
        }
    }
}
