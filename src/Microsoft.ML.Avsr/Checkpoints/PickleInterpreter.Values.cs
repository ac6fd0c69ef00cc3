using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;

namespace Microsoft.ML.Avsr.Checkpoints;

/// <content>Numbers and text: what an opcode carries in the bytes after it.</content>
internal sealed partial class PickleInterpreter
{
    private long ParseIndex(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : throw Refuse("has a memo index that is not a whole number");

    private void PushIntegerLine(string text)
    {
        if (text is "00" or "01")
        {
            Push(text == "01" ? PickleValue.True : PickleValue.False);
            return;
        }
        if (!BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            throw Refuse("has a whole number that is none");
        PushNew(PickleValue.Integer(number));
    }

    private void PushFloatLine(string text)
    {
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            throw Refuse("has a number that is none");
        PushNew(PickleValue.Float(number));
    }

    private void PushFloat()
    {
        Span<byte> raw = stackalloc byte[8];
        bytes.ReadExactly(raw);
        PushNew(PickleValue.Float(BinaryPrimitives.ReadDoubleBigEndian(raw)));
    }

    private void PushLong(int length)
    {
        if (length < 0 || length > MaxLongBytes)
            throw Refuse($"has a whole number of {length} bytes, at most {MaxLongBytes} are allowed");
        PushNew(PickleValue.Integer(new BigInteger(bytes.ReadBytes(length, MaxLongBytes))));
    }

    private void PushText(string text)
    {
        Charge(32 + (2L * text.Length));
        PushNew(PickleValue.String(text));
    }

    private void PushUtf8(long length)
    {
        Charge(32 + (3 * Math.Clamp(length, 0, options.MaxStringBytes)));
        PushNew(PickleValue.String(bytes.ReadUtf8(length, options.MaxStringBytes)));
    }

    private byte[] ReadChunk(long length)
    {
        Charge(32 + Math.Clamp(length, 0, options.MaxStringBytes));
        return bytes.ReadBytes(length, options.MaxStringBytes);
    }

    private static string Unquote(string text) =>
        text.Length >= 2 && text[0] is '\'' or '"' && text[^1] == text[0] ? text[1..^1] : text;

    private int ReadInt32()
    {
        Span<byte> raw = stackalloc byte[4];
        bytes.ReadExactly(raw);
        return BinaryPrimitives.ReadInt32LittleEndian(raw);
    }

    private uint ReadUInt32() => (uint)ReadInt32();

    private long ReadLength64()
    {
        Span<byte> raw = stackalloc byte[8];
        bytes.ReadExactly(raw);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(raw);
        return length > long.MaxValue ? long.MaxValue : (long)length;
    }
}
