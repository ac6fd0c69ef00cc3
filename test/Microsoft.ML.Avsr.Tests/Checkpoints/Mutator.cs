using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Microsoft.ML.Avsr.Tests.Checkpoints;

/// <summary>Damages files in the ways that find bugs in parsers: bits, sizes, lengths, blocks and ends. The same seed damages in the same way.</summary>
internal sealed class Mutator(int seed)
{
    private static readonly long[] s_interesting =
        [0, 1, 2, 7, 8, 16, 64, 100, 127, 128, 255, 256, 1024, 32767, 65535, 65536, 1 << 20, int.MaxValue, int.MinValue, uint.MaxValue, 1L << 40, long.MaxValue, long.MinValue, -1];

    private static readonly string[] s_words =
        ["\"", "{", "}", "[", "]", ",", ":", "-1", "9223372036854775807", "1e400", "null", "\\u0000", "__metadata__", "dtype", "../", "/", ".", "(", "]}", "R", "b", "cos\nsystem\n", "\u0080\u0005"];

    private static readonly string[] s_values = ["null", "true", "false", "\"\"", "\"x\"", "[]", "{}", "-1", "0", "1.5", "1e30", "[null]", "{\"a\":1}", "\"\\ud800\""];

    private readonly Random _random = new(seed);

    public byte[] Mutate(byte[] original, byte[] other)
    {
        var bytes = new List<byte>(original);
        for (var rounds = 1 + _random.Next(4); rounds > 0 && bytes.Count > 0; rounds--)
            Once(bytes, other);
        return [.. bytes];
    }

    private void Once(List<byte> bytes, byte[] other)
    {
        // Most of what a parser believes stands at the start (headers) or at the end (directories).
        var at = _random.Next(4) switch
        {
            0 => _random.Next(Math.Min(bytes.Count, 64)),
            1 => bytes.Count - 1 - _random.Next(Math.Min(bytes.Count, 256)),
            _ => _random.Next(bytes.Count),
        };
        var length = Math.Min(bytes.Count - at, 1 + _random.Next(1 << _random.Next(10)));
        switch (_random.Next(12))
        {
            case 0:
                bytes[at] ^= (byte)(1 << _random.Next(8));
                break;
            case 1:
                bytes[at] = (byte)_random.Next(256);
                break;
            case 2 or 3:
                Overwrite(bytes, at, Number());
                break;
            case 4:
                bytes.RemoveRange(at, length);
                break;
            case 5:
                bytes.InsertRange(at, bytes.GetRange(at, length));
                break;
            case 6:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 7:
                var word = s_words[_random.Next(s_words.Length)];
                bytes.InsertRange(at, word.Select(letter => (byte)letter));
                break;
            case 8:
                // Digits stand for sizes in text: change one.
                var digit = bytes.FindIndex(at, IsDigit);
                if (digit >= 0)
                    bytes[digit] = (byte)('0' + _random.Next(10));
                break;
            case 9:
                ReplaceNumber(bytes, at);
                break;
            case 10:
                ReplaceValue(bytes, at);
                break;
            default:
                if (other.Length == 0)
                    break;
                var from = _random.Next(other.Length);
                var count = Math.Min(other.Length - from, length);
                Overwrite(bytes, at, other.AsSpan(from, count));
                break;
        }
    }

    // Sound JSON with another number in it gets past the syntax, to what believes the number.
    private void ReplaceNumber(List<byte> bytes, int at)
    {
        var start = bytes.FindIndex(at, IsDigit);
        if (start < 0)
            return;
        var end = bytes.FindIndex(start, value => !IsDigit(value));
        bytes.RemoveRange(start, (end < 0 ? bytes.Count : end) - start);
        var number = _random.Next(3) == 0 ? s_interesting[_random.Next(s_interesting.Length)] : _random.Next(1 << _random.Next(31));
        bytes.InsertRange(start, Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture)));
    }

    private void ReplaceValue(List<byte> bytes, int at)
    {
        var colon = bytes.FindIndex(at, value => value == (byte)':');
        if (colon < 0)
            return;
        var end = bytes.FindIndex(colon, value => value is (byte)',' or (byte)'}' or (byte)']');
        bytes.RemoveRange(colon + 1, (end < 0 ? bytes.Count : end) - colon - 1);
        bytes.InsertRange(colon + 1, Encoding.ASCII.GetBytes(s_values[_random.Next(s_values.Length)]));
    }

    private static bool IsDigit(byte value) => value is >= (byte)'0' and <= (byte)'9';

    private byte[] Number()
    {
        var value = s_interesting[_random.Next(s_interesting.Length)];
        var bytes = new byte[8];
        if (_random.Next(4) == 0)
            BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        else
            BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return bytes[..(1 << _random.Next(4))];
    }

    private static void Overwrite(List<byte> bytes, int at, ReadOnlySpan<byte> with)
    {
        for (var i = 0; i < with.Length && at + i < bytes.Count; i++)
            bytes[at + i] = with[i];
    }
}
