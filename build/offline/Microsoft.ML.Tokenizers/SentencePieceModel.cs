using System.Buffers.Binary;
using System.Text;

namespace Microsoft.ML.Tokenizers;

internal enum PieceType
{
    Normal = 1,
    Unknown = 2,
    Control = 3,
    UserDefined = 4,
    Unused = 5,
    Byte = 6,
}

/// <summary>The fields of a SentencePiece model file that encoding needs, read from its protocol-buffer form.</summary>
internal sealed class SentencePieceModel
{
    public const int Unigram = 1;
    public const int Bpe = 2;

    public List<(string Text, float Score, PieceType Type)> Pieces { get; } = [];

    public int ModelType { get; private set; } = Unigram;
    public bool TreatWhitespaceAsSuffix { get; private set; }
    public bool ByteFallback { get; private set; }
    public int UnknownId { get; private set; }
    public int BeginId { get; private set; } = 1;
    public int EndId { get; private set; } = 2;
    public string UnknownPiece { get; private set; } = "<unk>";
    public string BeginPiece { get; private set; } = "<s>";
    public string EndPiece { get; private set; } = "</s>";
    public string NormalizerName { get; private set; } = "";
    public byte[] CharacterMap { get; private set; } = [];
    public bool AddDummyPrefix { get; private set; } = true;
    public bool RemoveExtraWhitespace { get; private set; } = true;
    public bool EscapeWhitespace { get; private set; } = true;

    public static SentencePieceModel Read(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        var model = new SentencePieceModel();
        foreach (var field in Fields(copy.ToArray()))
        {
            switch (field.Number)
            {
                case 1: model.Pieces.Add(Piece(field.Bytes)); break;
                case 2: model.ReadTrainer(field.Bytes); break;
                case 3: model.ReadNormalizer(field.Bytes); break;
            }
        }
        if (model.Pieces.Count == 0)
            throw new InvalidDataException("The stream holds no SentencePiece model.");
        return model;
    }

    private static (string, float, PieceType) Piece(byte[] bytes)
    {
        var (text, score, type) = ("", 0f, PieceType.Normal);
        foreach (var field in Fields(bytes))
        {
            switch (field.Number)
            {
                case 1: text = Encoding.UTF8.GetString(field.Bytes); break;
                case 2: score = BitConverter.UInt32BitsToSingle((uint)field.Value); break;
                case 3: type = (PieceType)field.Value; break;
            }
        }
        return (text, score, type);
    }

    private void ReadTrainer(byte[] bytes)
    {
        foreach (var field in Fields(bytes))
        {
            switch (field.Number)
            {
                case 3: ModelType = (int)field.Value; break;
                case 24: TreatWhitespaceAsSuffix = field.Value != 0; break;
                case 35: ByteFallback = field.Value != 0; break;
                case 40: UnknownId = (int)field.Value; break;
                case 41: BeginId = (int)field.Value; break;
                case 42: EndId = (int)field.Value; break;
                case 45: UnknownPiece = Encoding.UTF8.GetString(field.Bytes); break;
                case 46: BeginPiece = Encoding.UTF8.GetString(field.Bytes); break;
                case 47: EndPiece = Encoding.UTF8.GetString(field.Bytes); break;
            }
        }
    }

    private void ReadNormalizer(byte[] bytes)
    {
        foreach (var field in Fields(bytes))
        {
            switch (field.Number)
            {
                case 1: NormalizerName = Encoding.UTF8.GetString(field.Bytes); break;
                case 2: CharacterMap = field.Bytes; break;
                case 3: AddDummyPrefix = field.Value != 0; break;
                case 4: RemoveExtraWhitespace = field.Value != 0; break;
                case 5: EscapeWhitespace = field.Value != 0; break;
            }
        }
    }

    // Wire format: a varint key (number << 3 | type), then a varint, 8 bytes, a length with bytes, or 4 bytes.
    private static IEnumerable<(int Number, ulong Value, byte[] Bytes)> Fields(byte[] data)
    {
        for (var at = 0; at < data.Length;)
        {
            var key = Varint(data, ref at);
            var (value, bytes) = (0UL, Array.Empty<byte>());
            switch (key & 7)
            {
                case 0:
                    value = Varint(data, ref at);
                    break;
                case 1:
                    value = BinaryPrimitives.ReadUInt64LittleEndian(Take(data, ref at, 8));
                    break;
                case 2:
                    bytes = Take(data, ref at, Varint(data, ref at));
                    break;
                case 5:
                    value = BinaryPrimitives.ReadUInt32LittleEndian(Take(data, ref at, 4));
                    break;
                default:
                    throw new InvalidDataException("The stream holds no SentencePiece model.");
            }
            yield return ((int)(key >> 3), value, bytes);
        }
    }

    private static byte[] Take(byte[] data, ref int at, ulong length)
    {
        if (length > (ulong)(data.Length - at))
            throw new InvalidDataException("The SentencePiece model is cut short.");
        at += (int)length;
        return data[(at - (int)length)..at];
    }

    private static ulong Varint(byte[] data, ref int at)
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (at >= data.Length)
                break;
            var part = data[at++];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
                return value;
        }
        throw new InvalidDataException("The SentencePiece model is cut short.");
    }
}
