using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.ML.Tokenizers;

namespace Microsoft.ML.Avsr.Text;

/// <summary>
/// SentencePiece's byte-pair model (Llama 2, TinyLlama), exactly. ML.NET 2.0.0 has one too, but joins the rightmost of equally scored
/// pairs where SentencePiece joins the leftmost ("aaa"), writes one U+FFFD for a run of bytes that is no UTF-8 where SentencePiece writes
/// one per byte, and drops a first space behind a byte piece. Source: SentencePiece, bpe_model.cc and sentencepiece_processor.cc.
/// </summary>
internal sealed class SentencePieceBpeTokenizer : Tokenizer
{
    private const char Meta = '\u2581'; // how pieces write a space
    private readonly SentencePieceFile _file;
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly int[] _byteIds = new int[256];
    private readonly int _longestUserDefined;

    /// <param name="file">The model.</param>
    /// <param name="source">Its name, for messages.</param>
    public SentencePieceBpeTokenizer(SentencePieceFile file, string source)
    {
        _file = file;
        if (file.HasCharacterMap || file.WhitespaceAsSuffix || !file.EscapeWhitespace)
            throw new TokenizerException($"{source}: normalisation '{file.NormalizerName}' with a character map, white space as suffix or unescaped cannot be read in a BPE model; the identity can.");
        Array.Fill(_byteIds, -1);
        for (var id = 0; id < file.Pieces.Count; id++)
        {
            var (text, _, type) = file.Pieces[id];
            if (type == SentencePieceFile.TypeUnused)
                throw new TokenizerException($"{source}: the piece {id}, '{text}', is of the type 'unused', which cannot be read.");
            if (type == SentencePieceFile.TypeByte)
                _byteIds[ByteOf(text)] = id;
            else if (type is SentencePieceFile.TypeNormal or SentencePieceFile.TypeUserDefined)
                _ids.TryAdd(text, id);
            if (type == SentencePieceFile.TypeUserDefined)
                _longestUserDefined = Math.Max(_longestUserDefined, text.Length);
        }
        if (file.ByteFallback && Array.IndexOf(_byteIds, -1) is >= 0 and var missing)
            throw new TokenizerException($"{source}: byte fallback without a piece for the byte 0x{missing:X2}.");
    }

    /// <summary>Appends the ids of a text.</summary>
    /// <param name="text">Text.</param>
    /// <param name="dummyPrefix">A space is put before the text, if the model asks for it.</param>
    /// <param name="ids">Receives the ids.</param>
    public void Encode(string text, bool dummyPrefix, List<int> ids) => ids.AddRange(Tokens(text, dummyPrefix).Select(token => token.Id));

    /// <inheritdoc/>
    protected override EncodeResults<EncodedToken> EncodeToTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        var source = text ?? textSpan.ToString();
        return new EncodeResults<EncodedToken>
        {
            Tokens = Tokens(source, settings.ConsiderNormalization),
            NormalizedText = settings.ConsiderNormalization ? Escape(source, dummyPrefix: true) : null,
            CharsConsumed = source.Length,
        };
    }

    /// <inheritdoc/>
    public override string Decode(IEnumerable<int> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return Decode(ids, dummyPrefix: true);
    }

    /// <param name="ids">Token ids; unknown ones and control pieces give nothing.</param>
    /// <param name="dummyPrefix">The first space is taken off, if the model puts one.</param>
    public string Decode(IEnumerable<int> ids, bool dummyPrefix)
    {
        var text = new StringBuilder();
        var bytes = new List<byte>();
        var prefix = dummyPrefix && _file.AddDummyPrefix;
        foreach (var id in ids)
        {
            if ((uint)id >= (uint)_file.Pieces.Count)
                continue;
            var (piece, _, type) = _file.Pieces[id];
            if (type == SentencePieceFile.TypeByte)
            {
                bytes.Add(ByteOf(piece));
                continue;
            }
            Flush(bytes, text);
            if (type is SentencePieceFile.TypeControl or SentencePieceFile.TypeUnknown)
                continue;
            prefix &= text.Length == 0;
            var drop = prefix && piece.StartsWith(Meta);
            prefix &= !drop;
            text.Append(drop ? piece.AsSpan(1) : piece);
        }
        Flush(bytes, text);
        return text.Replace(Meta, ' ').ToString();
    }

    /// <inheritdoc/>
    public override OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var list = ids as ICollection<int> ?? [.. ids];
        var text = Decode(list);
        var fits = text.AsSpan().TryCopyTo(destination);
        (idsConsumed, charsWritten) = fits ? (list.Count, text.Length) : (0, 0);
        return fits ? OperationStatus.Done : OperationStatus.DestinationTooSmall;
    }

    private List<EncodedToken> Tokens(string text, bool dummyPrefix)
    {
        var escaped = Escape(text, dummyPrefix);
        var tokens = new List<EncodedToken>();
        foreach (var (start, length) in Join(escaped))
        {
            var piece = escaped.Substring(start, length);
            if (_ids.TryGetValue(piece, out var id))
                tokens.Add(new EncodedToken(id, piece, start..(start + length)));
            else if (!_file.ByteFallback)
                tokens.Add(new EncodedToken(_file.UnknownId, piece, start..(start + length)));
            else
                tokens.AddRange(Encoding.UTF8.GetBytes(piece).Select(value => new EncodedToken(_byteIds[value], _file.Pieces[_byteIds[value]].Text, start..(start + length))));
        }
        return tokens;
    }

    private string Escape(string text, bool dummyPrefix)
    {
        if (_file.RemoveExtraWhitespace)
            text = string.Join(' ', text.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        if (text.Length == 0)
            return "";
        return (dummyPrefix && _file.AddDummyPrefix ? Meta.ToString() : "") + text.Replace(' ', Meta);
    }

    // Starts from characters and joins the best-scored neighbours, the leftmost of equals, until no union is a piece.
    private List<(int Start, int Length)> Join(string text)
    {
        var lookup = _ids.GetAlternateLookup<ReadOnlySpan<char>>();
        var symbols = new List<(int Start, int Length, bool Fixed)>(text.Length);
        for (var i = 0; i < text.Length;)
        {
            var defined = UserDefinedAt(text, i);
            var length = defined > 0 ? defined : char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]) ? 2 : 1;
            symbols.Add((i, length, defined > 0));
            i += length;
        }
        var items = symbols.ToArray();
        var next = Enumerable.Range(1, items.Length).ToArray();
        var previous = Enumerable.Range(-1, items.Length).ToArray();
        var queue = new PriorityQueue<(int Left, int Right, int Length), (float, int)>();
        for (var i = 0; i + 1 < items.Length; i++)
            Offer(i, i + 1);
        while (queue.TryDequeue(out var pair, out _))
        {
            // Out of date when either side has been joined with another since.
            if (items[pair.Left].Length == 0 || next[pair.Left] != pair.Right || items[pair.Left].Length + items[pair.Right].Length != pair.Length)
                continue;
            items[pair.Left].Length = pair.Length;
            items[pair.Right].Length = 0;
            next[pair.Left] = next[pair.Right];
            if (next[pair.Left] < items.Length)
                previous[next[pair.Left]] = pair.Left;
            Offer(previous[pair.Left], pair.Left);
            Offer(pair.Left, next[pair.Left]);
        }
        return [.. items.Where(item => item.Length > 0).Select(item => (item.Start, item.Length))];

        void Offer(int left, int right)
        {
            if (left < 0 || right >= items.Length || items[left].Fixed || items[right].Fixed)
                return;
            var length = items[left].Length + items[right].Length;
            if (lookup.TryGetValue(text.AsSpan(items[left].Start, length), out var id))
                queue.Enqueue((left, right, length), (-_file.Pieces[id].Score, left));
        }
    }

    // Pieces that a user defined are found in the text as they are, the longest first, and joined with nothing.
    private int UserDefinedAt(string text, int at)
    {
        for (var length = Math.Min(_longestUserDefined, text.Length - at); length > 0; length--)
        {
            if (_ids.TryGetValue(text.Substring(at, length), out var id) && _file.Pieces[id].Type == SentencePieceFile.TypeUserDefined)
                return length;
        }
        return 0;
    }

    private static byte ByteOf(string piece) => byte.Parse(piece.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static void Flush(List<byte> bytes, StringBuilder text)
    {
        var rest = bytes.ToArray().AsSpan();
        while (!rest.IsEmpty)
        {
            var status = Rune.DecodeFromUtf8(rest, out var rune, out var length);
            text.Append(rune.ToString());
            rest = rest[(status == OperationStatus.Done ? length : 1)..];
        }
        bytes.Clear();
    }
}
