using System.Buffers.Binary;
using System.Text;

namespace Microsoft.ML.Avsr.Text;

/// <summary>
/// What a SentencePiece <c>tokenizer.model</c> says: pieces with scores and types, the ids of the marks, the treatment of white space.
/// Source: sentencepiece_model.proto; only the protocol-buffer wire format is read, nothing is allocated on the file's word.
/// </summary>
internal sealed class SentencePieceFile
{
    public const int TypeNormal = 1;
    public const int TypeUnknown = 2;
    public const int TypeControl = 3;
    public const int TypeUserDefined = 4;
    public const int TypeUnused = 5;
    public const int TypeByte = 6;

    private const int ModelTypeBpe = 2;
    private const int MaxPieces = 1 << 20;

    private readonly string _source;

    private SentencePieceFile(string source) => _source = source;

    public List<(string Text, float Score, int Type)> Pieces { get; } = [];

    public bool IsBpe { get; private set; }

    public bool ByteFallback { get; private set; }

    public int UnknownId { get; private set; }

    public int BosId { get; private set; } = 1;

    public int EosId { get; private set; } = 2;

    public bool AddDummyPrefix { get; private set; } = true;

    public bool RemoveExtraWhitespace { get; private set; } = true;

    public bool EscapeWhitespace { get; private set; } = true;

    public bool WhitespaceAsSuffix { get; private set; }

    public bool HasCharacterMap { get; private set; }

    public string NormalizerName { get; private set; } = "";

    /// <param name="data">The file's bytes.</param>
    /// <param name="source">Its name, for messages.</param>
    public static SentencePieceFile Parse(ReadOnlySpan<byte> data, string source)
    {
        var file = new SentencePieceFile(source);
        while (!data.IsEmpty)
        {
            var (number, _, bytes) = file.Next(ref data);
            switch (number)
            {
                case 1:
                    file.AddPiece(bytes);
                    break;
                case 2:
                    file.ReadTrainer(bytes);
                    break;
                case 3:
                    file.ReadNormalizer(bytes);
                    break;
            }
        }
        var count = file.Pieces.Count;
        if (count == 0 || file.BosId >= count || file.EosId >= count || file.EosId < 0 || (uint)file.UnknownId >= (uint)count)
            throw new TokenizerException($"{source}: {count} pieces, unknown {file.UnknownId}, beginning of sentence {file.BosId}, end of sentence {file.EosId}: the marks must be among the pieces.");
        return file;
    }

    private void AddPiece(ReadOnlySpan<byte> data)
    {
        var (text, score, type) = ("", 0f, TypeNormal);
        while (!data.IsEmpty)
        {
            var (number, value, bytes) = Next(ref data);
            if (number == 1)
                text = Encoding.UTF8.GetString(bytes);
            else if (number == 2)
                score = BitConverter.UInt32BitsToSingle((uint)value);
            else if (number == 3)
                type = (int)value;
        }
        if (Pieces.Count == MaxPieces)
            throw new TokenizerException($"{_source}: more than {MaxPieces} pieces.");
        if (type == TypeByte && (text.Length != 6 || !text.StartsWith("<0x", StringComparison.Ordinal) || !char.IsAsciiHexDigit(text[3]) || !char.IsAsciiHexDigit(text[4])))
            throw new TokenizerException($"{_source}: the byte piece {Pieces.Count} is named '{text}', not '<0xNN>'.");
        if (float.IsNaN(score))
            throw new TokenizerException($"{_source}: the score of piece {Pieces.Count} is not a number.");
        Pieces.Add((text, score, type));
    }

    private void ReadTrainer(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            var (number, value, _) = Next(ref data);
            switch (number)
            {
                case 3:
                    IsBpe = value == ModelTypeBpe;
                    break;
                case 24:
                    WhitespaceAsSuffix = value != 0;
                    break;
                case 35:
                    ByteFallback = value != 0;
                    break;
                case 40:
                    UnknownId = (int)value;
                    break;
                case 41:
                    BosId = (int)value;
                    break;
                case 42:
                    EosId = (int)value;
                    break;
            }
        }
    }

    private void ReadNormalizer(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            var (number, value, bytes) = Next(ref data);
            switch (number)
            {
                case 1:
                    NormalizerName = Encoding.UTF8.GetString(bytes);
                    break;
                case 2:
                    HasCharacterMap = !bytes.IsEmpty;
                    break;
                case 3:
                    AddDummyPrefix = value != 0;
                    break;
                case 4:
                    RemoveExtraWhitespace = value != 0;
                    break;
                case 5:
                    EscapeWhitespace = value != 0;
                    break;
            }
        }
    }

    // One field: a varint key (number * 8 + wire type), then a varint (0), 8 bytes (1), a length and bytes (2), or 4 bytes (5).
    private Field Next(ref ReadOnlySpan<byte> data)
    {
        var key = Varint(ref data);
        var number = (int)Math.Min(key >> 3, int.MaxValue);
        switch (key & 7)
        {
            case 0:
                return new Field(number, Varint(ref data), default);
            case 1:
                return new Field(number, BinaryPrimitives.ReadUInt64LittleEndian(Take(ref data, 8)), default);
            case 2:
                return new Field(number, 0, Take(ref data, Varint(ref data)));
            case 5:
                return new Field(number, BinaryPrimitives.ReadUInt32LittleEndian(Take(ref data, 4)), default);
            default:
                throw new TokenizerException($"{_source}: not a SentencePiece model (wire type {key & 7}).");
        }
    }

    private ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> data, ulong length)
    {
        if (length > (ulong)data.Length)
            throw new TokenizerException($"{_source}: not a SentencePiece model, or cut short (a field of {length} bytes, {data.Length} left).");
        var taken = data[..(int)length];
        data = data[(int)length..];
        return taken;
    }

    private ulong Varint(ref ReadOnlySpan<byte> data)
    {
        var value = 0UL;
        for (var i = 0; i < 10 && i < data.Length; i++)
        {
            value |= (ulong)(data[i] & 0x7F) << (7 * i);
            if (data[i] < 0x80)
            {
                data = data[(i + 1)..];
                return value;
            }
        }
        throw new TokenizerException($"{_source}: not a SentencePiece model, or cut short (a number without an end).");
    }

    private readonly ref struct Field(int number, ulong value, ReadOnlySpan<byte> bytes)
    {
        private readonly ReadOnlySpan<byte> _bytes = bytes;

        public void Deconstruct(out int fieldNumber, out ulong fieldValue, out ReadOnlySpan<byte> fieldBytes)
        {
            fieldNumber = number;
            fieldValue = value;
            fieldBytes = _bytes;
        }
    }
}
