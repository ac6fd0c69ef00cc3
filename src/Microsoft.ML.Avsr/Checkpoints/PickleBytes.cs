using System.Text;

namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>Reads a pickle front to back from a range of a file, and never asks for memory before the bytes are known to exist.</summary>
internal sealed class PickleBytes
{
    private static readonly UTF8Encoding s_utf8 = new(false, throwOnInvalidBytes: true);

    private readonly MappedFile _file;
    private readonly long _start;
    private readonly long _end;
    private readonly string _where;
    private readonly byte[] _buffer;
    private long _next;
    private int _at;
    private int _count;

    public PickleBytes(MappedFile file, long start, long end, string where)
    {
        _file = file;
        _start = start;
        _end = end;
        _where = where;
        _next = start;
        _buffer = new byte[(int)Math.Clamp(end - start, 1, 1 << 16)];
    }

    /// <summary>Place in the file of the next byte.</summary>
    public long Position => _next - (_count - _at);

    public long Remaining => _end - Position;

    public byte ReadByte()
    {
        if (_at == _count)
            Refill();
        return _buffer[_at++];
    }

    public void ReadExactly(Span<byte> destination)
    {
        if (destination.Length > Remaining)
            throw Refuse($"ends inside a value of {destination.Length} bytes");
        while (!destination.IsEmpty)
        {
            if (_at == _count)
                Refill();
            var count = Math.Min(destination.Length, _count - _at);
            _buffer.AsSpan(_at, count).CopyTo(destination);
            _at += count;
            destination = destination[count..];
        }
    }

    public byte[] ReadBytes(long count, int most)
    {
        CheckLength(count, most);
        var bytes = new byte[count];
        ReadExactly(bytes);
        return bytes;
    }

    public string ReadUtf8(long count, int most)
    {
        var bytes = ReadBytes(count, most);
        try
        {
            return s_utf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            // Python writes lone surrogates as they are ("surrogatepass"); they are text, if broken text.
            return Encoding.UTF8.GetString(bytes);
        }
    }

    public string ReadLine(int most)
    {
        var line = new StringBuilder();
        while (true)
        {
            var next = ReadByte();
            if (next == (byte)'\n')
                return line.ToString();
            if (line.Length == most)
                throw Refuse($"a line is longer than {most} bytes");
            line.Append((char)next);
        }
    }

    private void CheckLength(long count, int most)
    {
        if (count < 0 || count > most)
            throw Refuse($"claims a value of {count} bytes, at most {most} are allowed");
        if (count > Remaining)
            throw Refuse($"claims a value of {count} bytes, only {Remaining} are left");
    }

    private void Refill()
    {
        var count = (int)Math.Min(_buffer.Length, _end - _next);
        if (count <= 0)
            throw Refuse("ends before its STOP mark; it is truncated");
        _file.Read(_next, _buffer.AsSpan(0, count));
        _next += count;
        _at = 0;
        _count = count;
    }

    public CheckpointException Refuse(string rule) => new(_file.Path, _where, $"{rule} (at byte {Position - _start})");
}
