using System.Buffers;
using System.Globalization;
using System.Text;

namespace Microsoft.ML.Tokenizers;

/// <summary>SentencePiece models of the BPE and Unigram kinds, with byte fallback.</summary>
public class SentencePieceTokenizer : Tokenizer
{
    private readonly SentencePieceModel _model;
    private readonly Dictionary<string, int> _vocabulary = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _mergeable = new(StringComparer.Ordinal);
    private readonly int[] _byteIds = new int[256];
    private readonly float _unknownScore;
    private readonly int _longestPiece;

    private protected SentencePieceTokenizer(SentencePieceModel model, bool addBeginningOfSentence, bool addEndOfSentence, IReadOnlyDictionary<string, int>? specialTokens)
    {
        if (model.ModelType is not (SentencePieceModel.Bpe or SentencePieceModel.Unigram))
            throw new ArgumentException($"The model type '{model.ModelType}' is not supported.", nameof(model));
        if (model.CharacterMap.Length > 0)
            throw new NotSupportedException($"The model's normalisation '{model.NormalizerName}' has a character map, which this substitute does not apply.");
        _model = model;
        AddBeginningOfSentence = addBeginningOfSentence;
        AddEndOfSentence = addEndOfSentence;
        SpecialTokens = specialTokens;
        Normalizer = new SentencePieceNormalizer(model.RemoveExtraWhitespace, model.AddDummyPrefix, model.EscapeWhitespace, model.TreatWhitespaceAsSuffix, specialTokens);
        Array.Fill(_byteIds, -1);
        var lowest = 0f;
        for (var id = 0; id < model.Pieces.Count; id++)
        {
            var (text, score, type) = model.Pieces[id];
            _vocabulary.TryAdd(text, id);
            if (type is PieceType.Normal or PieceType.UserDefined or PieceType.Unused)
            {
                _mergeable.TryAdd(text, id);
                lowest = Math.Min(lowest, score);
                _longestPiece = Math.Max(_longestPiece, text.Length);
            }
            else if (type == PieceType.Byte && text.Length == 6)
            {
                _byteIds[byte.Parse(text.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)] = id;
            }
        }
        _unknownScore = lowest - 10;
    }

    public IReadOnlyDictionary<string, int>? SpecialTokens { get; }

    public bool ByteFallback => _model.ByteFallback;

    public bool AddDummyPrefix => _model.AddDummyPrefix;

    public bool AddBeginningOfSentence { get; }

    public bool AddEndOfSentence { get; }

    public int BeginningOfSentenceId => Math.Max(0, _model.BeginId);

    public int EndOfSentenceId => Math.Max(0, _model.EndId);

    public int UnknownId => Math.Max(0, _model.UnknownId);

    public override PreTokenizer? PreTokenizer => null;

    public override Normalizer? Normalizer { get; }

    public IReadOnlyDictionary<string, int> Vocabulary => _vocabulary;

    public static SentencePieceTokenizer Create(Stream modelStream, bool addBeginningOfSentence = true, bool addEndOfSentence = false, IReadOnlyDictionary<string, int>? specialTokens = null)
        => new(SentencePieceModel.Read(modelStream), addBeginningOfSentence, addEndOfSentence, specialTokens);

    public IReadOnlyList<int> EncodeToIds(string text, bool addBeginningOfSentence, bool addEndOfSentence, bool considerPreTokenization = true, bool considerNormalization = true)
        => [.. Encode(text, considerNormalization, addBeginningOfSentence, addEndOfSentence).Tokens.Select(token => token.Id)];

    protected override EncodeResults<EncodedToken> EncodeToTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
        => Encode(text ?? textSpan.ToString(), settings.ConsiderNormalization, AddBeginningOfSentence, AddEndOfSentence);

    public override string Decode(IEnumerable<int> ids) => Decode(ids, considerSpecialTokens: false);

    public string Decode(IEnumerable<int> ids, bool considerSpecialTokens)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var bytes = new ArrayBufferWriter<byte>();
        foreach (var id in ids)
        {
            if (SpecialTokens?.FirstOrDefault(token => token.Value == id).Key is { } special)
            {
                if (considerSpecialTokens)
                    Encoding.UTF8.GetBytes(special, bytes);
                continue;
            }
            if ((uint)id >= (uint)_model.Pieces.Count)
                continue;
            var (text, _, type) = _model.Pieces[id];
            if (type == PieceType.Byte)
            {
                bytes.Write([byte.Parse(text.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)]);
            }
            else if (type is PieceType.Control or PieceType.Unknown)
            {
                if (considerSpecialTokens)
                    Encoding.UTF8.GetBytes(text, bytes);
            }
            else
            {
                var dummy = AddDummyPrefix && bytes.WrittenCount == 0 && text.StartsWith('\u2581');
                Encoding.UTF8.GetBytes((dummy ? text[1..] : text).Replace('\u2581', ' '), bytes);
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

    private EncodeResults<EncodedToken> Encode(string text, bool considerNormalization, bool begin, bool end)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length == 0)
            return new EncodeResults<EncodedToken> { Tokens = [] };
        var normalized = considerNormalization ? Normalizer!.Normalize(text) : null;
        var prepared = normalized ?? text;
        var tokens = new List<EncodedToken>();
        if (begin)
            tokens.Add(new EncodedToken(BeginningOfSentenceId, _model.BeginPiece, 0..0));
        var start = 0;
        while (start < prepared.Length)
        {
            var (at, special) = NextSpecial(prepared, start);
            if (at > start)
            {
                foreach (var symbol in _model.ModelType == SentencePieceModel.Bpe ? EncodeBpe(prepared[start..at]) : EncodeUnigram(prepared[start..at]))
                    Emit(prepared, start, symbol, tokens);
            }
            if (special is not null)
                tokens.Add(new EncodedToken(SpecialTokens![special], special, at..(at + special.Length)));
            start = at + (special?.Length ?? 0);
        }
        if (end)
            tokens.Add(new EncodedToken(EndOfSentenceId, _model.EndPiece, prepared.Length..prepared.Length));
        return new EncodeResults<EncodedToken> { Tokens = tokens, NormalizedText = normalized, CharsConsumed = prepared.Length };
    }

    private (int At, string? Special) NextSpecial(string text, int start)
    {
        var (at, special) = (text.Length, (string?)null);
        foreach (var token in SpecialTokens?.Keys ?? [])
        {
            var found = text.IndexOf(token, start, StringComparison.Ordinal);
            if (found >= 0 && found < at)
                (at, special) = (found, token);
        }
        return (at, special);
    }

    private void Emit(string text, int start, MergeSymbol symbol, List<EncodedToken> tokens)
    {
        var (from, to) = (start + symbol.Start, start + symbol.Start + symbol.Length);
        if (symbol.Id != UnknownId || !ByteFallback)
        {
            tokens.Add(new EncodedToken(symbol.Id, text[from..to], from..to));
            return;
        }
        foreach (var value in Encoding.UTF8.GetBytes(text[from..to]))
        {
            if (_byteIds[value] >= 0)
                tokens.Add(new EncodedToken(_byteIds[value], _model.Pieces[_byteIds[value]].Text, from..to));
        }
    }

    private List<MergeSymbol> EncodeBpe(string text)
    {
        var symbols = new List<MergeSymbol>(text.Length);
        for (var i = 0; i < text.Length;)
        {
            var length = char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]) ? 2 : 1;
            symbols.Add(new MergeSymbol(i, length, _mergeable.GetValueOrDefault(text.Substring(i, length), UnknownId)));
            i += length;
        }
        return PairMerger.Merge(symbols, new ScoreRule(text, _model, _mergeable));
    }

    // The best path by summed scores; an unknown character costs more than any piece.
    private List<MergeSymbol> EncodeUnigram(string text)
    {
        var best = new (float Score, int From, int Id)[text.Length + 1];
        Array.Fill(best, (float.NegativeInfinity, -1, -1));
        best[0] = (0, -1, -1);
        var lookup = _mergeable.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var i = 0; i < text.Length; i++)
        {
            if (float.IsNegativeInfinity(best[i].Score))
                continue;
            var character = char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]) ? 2 : 1;
            var single = false;
            for (var length = 1; length <= _longestPiece && i + length <= text.Length; length++)
            {
                if (!lookup.TryGetValue(text.AsSpan(i, length), out var id) || _model.Pieces[id].Type == PieceType.Unused)
                    continue;
                single |= length == character;
                Offer(i, length, _model.Pieces[id].Score, id);
            }
            if (!single)
                Offer(i, character, _unknownScore, UnknownId);
        }
        var path = new List<MergeSymbol>();
        for (var i = text.Length; i > 0; i = best[i].From)
            path.Add(new MergeSymbol(best[i].From, i - best[i].From, best[i].Id));
        path.Reverse();
        return path;

        void Offer(int from, int length, float score, int id)
        {
            if (best[from].Score + score > best[from + length].Score)
                best[from + length] = (best[from].Score + score, from, id);
        }
    }

    private readonly struct ScoreRule(string text, SentencePieceModel model, Dictionary<string, int> mergeable) : IMergeRule
    {
        private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup = mergeable.GetAlternateLookup<ReadOnlySpan<char>>();

        public bool TryMerge(in MergeSymbol left, in MergeSymbol right, out double priority, out int id)
        {
            var found = _lookup.TryGetValue(text.AsSpan(left.Start, left.Length + right.Length), out id);
            priority = found ? -model.Pieces[id].Score : 0;
            return found;
        }
    }
}
