using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.ML.Tokenizers;

namespace Microsoft.ML.Avsr.Text;

/// <summary>
/// SentencePiece models (Llama 2, TinyLlama). ML.NET encodes; decoding is done here, because SentencePiece writes one U+FFFD for every byte
/// that is no UTF-8 and keeps the first space behind a byte piece, and ML.NET's decoder does neither.
/// </summary>
internal sealed class SentencePieceCodec : TextCodec
{
    public const string Kind = "sentencepiece";
    private const char Meta = '\u2581'; // how pieces write a space
    private readonly byte[] _model;
    private readonly bool _legacy;
    private readonly SentencePieceFile _file;
    private readonly SentencePieceTokenizer _tokenizer;

    /// <param name="model">Bytes of the <c>tokenizer.model</c> file.</param>
    /// <param name="legacy">True: text behind a special token gets a dummy prefix like any other (Hugging Face's "legacy" behaviour).</param>
    /// <param name="source">The file's name, for messages.</param>
    public SentencePieceCodec(byte[] model, bool legacy, string source)
    {
        (_model, _legacy) = (model, legacy);
        _file = SentencePieceFile.Parse(model, source);
        using var stream = new MemoryStream(model, writable: false);
        try
        {
            _tokenizer = _file.IsBpe && _file.NormalizerName is "" or "identity"
                ? LlamaTokenizer.Create(stream, addBeginOfSentence: false, addEndOfSentence: false)
                : SentencePieceTokenizer.Create(stream, addBeginningOfSentence: false, addEndOfSentence: false);
        }
        catch (Exception problem) when (problem is not (OutOfMemoryException or TokenizerException))
        {
            throw new TokenizerException($"{source}: {problem.Message}", problem);
        }
    }

    public SentencePieceFile File => _file;

    public override Tokenizer Tokenizer => _tokenizer;

    public override int Count => _file.Pieces.Count;

    public override void Encode(string text, bool first, List<int> ids)
    {
        var plain = _legacy || first;
        ids.AddRange(_tokenizer.EncodeToIds(plain ? text : text.Replace(' ', Meta), addBeginningOfSentence: false, addEndOfSentence: false, considerNormalization: plain));
    }

    public override string Decode(IReadOnlyList<int> ids, bool first)
    {
        var text = new StringBuilder();
        var bytes = new List<byte>();
        var prefix = first && _file.AddDummyPrefix;
        foreach (var id in ids)
        {
            if ((uint)id >= (uint)_file.Pieces.Count)
                continue;
            var (piece, type) = _file.Pieces[id];
            if (type == SentencePieceFile.TypeByte)
            {
                bytes.Add(byte.Parse(piece.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
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

    public override bool StartsWord(int id) => (uint)id < (uint)_file.Pieces.Count && _file.Pieces[id].Text.StartsWith(Meta);

    public override void Write(Utf8JsonWriter writer)
    {
        writer.WriteString("kind", Kind);
        writer.WriteBoolean("legacy", _legacy);
        writer.WriteBase64String("model", _model);
    }

    public static SentencePieceCodec ReadFrom(JsonElement element)
        => new(element.GetProperty("model").GetBytesFromBase64(), element.GetProperty("legacy").GetBoolean(), "Tokenizer definition");

    private static void Flush(List<byte> bytes, StringBuilder text)
    {
        var rest = bytes.ToArray().AsSpan();
        while (!rest.IsEmpty)
        {
            var status = Rune.DecodeFromUtf8(rest, out var rune, out var length);
            text.Append(rune.ToString());
            rest = rest[(status == System.Buffers.OperationStatus.Done ? length : 1)..];
        }
        bytes.Clear();
    }
}
