using System.Buffers;
using System.Text;

namespace Microsoft.ML.Tokenizers;

/// <summary>Byte-pair encoding by a list of merges, over characters or (ByteLevel) over UTF-8 bytes.</summary>
public sealed class BpeTokenizer : Tokenizer
{
    private readonly Dictionary<string, int> _vocabulary = new(StringComparer.Ordinal);
    private readonly Dictionary<int, string> _tokens = [];
    private readonly Dictionary<int, string> _specials = [];
    private readonly MergeTable _merges = new();

    private BpeTokenizer(BpeOptions options)
    {
        foreach (var (token, id) in options.Vocabulary)
        {
            _vocabulary.Add(token, id);
            _tokens.Add(id, token);
        }
        if (_vocabulary.Count == 0)
            throw new InvalidOperationException("The vocabulary cannot be empty.");
        PreTokenizer = options.PreTokenizer ?? PreTokenizer.CreateWordOrNonWord();
        Normalizer = options.Normalizer;
        SpecialTokens = options.SpecialTokens;
        UnknownToken = options.UnknownToken;
        ByteLevel = options.ByteLevel;
        foreach (var (token, id) in options.SpecialTokens ?? new Dictionary<string, int>())
            _specials.Add(id, token);

        var rank = 0;
        foreach (var merge in options.Merges ?? [])
        {
            var parts = merge.Split(' ');
            if (parts.Length != 2 || parts[0].Length == 0 || parts[1].Length == 0)
                throw new InvalidOperationException($"'{merge}' is not a merge of two tokens.");
            _merges.Add(IdOf(parts[0]), IdOf(parts[1]), rank++, IdOf(parts[0] + parts[1]));
        }
    }

    public IReadOnlyDictionary<string, int>? SpecialTokens { get; }

    public string? UnknownToken { get; private set; }

    public bool ByteLevel { get; }

    public override PreTokenizer? PreTokenizer { get; }

    public override Normalizer? Normalizer { get; }

    public IReadOnlyDictionary<string, int> Vocabulary => _vocabulary;

    public static BpeTokenizer Create(BpeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new BpeTokenizer(options);
    }

    protected override EncodeResults<EncodedToken> EncodeToTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        var prepared = Prepare(text, textSpan, settings, Normalizer, PreTokenizer, out var normalized, out var pieces);
        var tokens = new List<EncodedToken>();
        foreach (var (offset, length) in pieces)
            EncodePiece(prepared.AsSpan(offset, length), offset, tokens);
        return new EncodeResults<EncodedToken> { Tokens = tokens, NormalizedText = normalized, CharsConsumed = prepared.Length };
    }

    public override string Decode(IEnumerable<int> ids) => Decode(ids, considerSpecialTokens: true);

    public string Decode(IEnumerable<int> ids, bool considerSpecialTokens)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var bytes = new ArrayBufferWriter<byte>();
        foreach (var id in ids)
        {
            if (_specials.TryGetValue(id, out var special))
            {
                if (considerSpecialTokens)
                    Encoding.UTF8.GetBytes(special, bytes);
            }
            else if (_tokens.TryGetValue(id, out var token))
            {
                foreach (var c in ByteLevel ? token : "")
                {
                    if (ByteAlphabet.TryToByte(c, out var value))
                        bytes.Write([value]);
                    else
                        Encoding.UTF8.GetBytes([c], bytes);
                }
                if (!ByteLevel)
                    Encoding.UTF8.GetBytes(token, bytes);
            }
        }
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    public override OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var list = ids as ICollection<int> ?? [.. ids];
        return CopyDecoded(Decode(list), list.Count, destination, out idsConsumed, out charsWritten);
    }

    private int IdOf(string token) => _vocabulary.TryGetValue(token, out var id) ? id
        : throw new InvalidOperationException($"A merge names the token '{token}', which is not in the vocabulary.");

    private void EncodePiece(ReadOnlySpan<char> piece, int offset, List<EncodedToken> tokens)
    {
        if (SpecialTokens is not null && SpecialTokens.TryGetValue(piece.ToString(), out var special))
        {
            tokens.Add(new EncodedToken(special, piece.ToString(), offset..(offset + piece.Length)));
            return;
        }

        var symbols = new List<MergeSymbol>();
        int[] charOf;
        if (ByteLevel)
        {
            (var bytes, charOf) = ByteAlphabet.Utf8WithOffsets(piece);
            for (var i = 0; i < bytes.Length; i++)
                AddSymbol(symbols, i, 1, ByteAlphabet.ToChar(bytes[i]).ToString());
        }
        else
        {
            charOf = [.. Enumerable.Range(0, piece.Length)];
            for (var i = 0; i < piece.Length;)
            {
                var length = char.IsHighSurrogate(piece[i]) && i + 1 < piece.Length && char.IsLowSurrogate(piece[i + 1]) ? 2 : 1;
                AddSymbol(symbols, i, length, piece.Slice(i, length).ToString());
                i += length;
            }
        }

        foreach (var symbol in PairMerger.Merge(symbols, _merges))
        {
            var last = symbol.Start + symbol.Length;
            var end = last < charOf.Length ? Math.Max(charOf[last], charOf[last - 1] + 1) : piece.Length;
            tokens.Add(new EncodedToken(symbol.Id, _tokens[symbol.Id], (offset + charOf[symbol.Start])..(offset + end)));
        }
    }

    // A character outside the vocabulary becomes the unknown token, or nothing where there is none.
    private void AddSymbol(List<MergeSymbol> symbols, int start, int length, string token)
    {
        if (_vocabulary.TryGetValue(token, out var id) || (UnknownToken is not null && _vocabulary.TryGetValue(UnknownToken, out id)))
            symbols.Add(new MergeSymbol(start, length, id));
    }

    private sealed class MergeTable : IMergeRule
    {
        private readonly Dictionary<(int Left, int Right), (int Rank, int Id)> _table = [];

        public void Add(int left, int right, int rank, int id) => _table.Add((left, right), (rank, id));

        public bool TryMerge(in MergeSymbol left, in MergeSymbol right, out double priority, out int id)
        {
            var found = _table.TryGetValue((left.Id, right.Id), out var merge);
            (priority, id) = (merge.Rank, merge.Id);
            return found;
        }
    }
}
