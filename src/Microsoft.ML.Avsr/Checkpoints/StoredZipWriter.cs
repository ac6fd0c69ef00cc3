using System.Buffers.Binary;
using System.Text;

namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>
/// Writes a zip archive of stored entries, each starting at a multiple of 64 bytes as PyTorch lays them out, with ZIP64 records where
/// sizes or places do not fit in 32 bits. All times are 1980-01-01, so the same content gives the same bytes.
/// </summary>
internal sealed class StoredZipWriter(Stream stream, long zip64From = uint.MaxValue)
{
    private const int Alignment = 64;
    private const ushort Date = 33; // 1980-01-01

    private readonly List<(byte[] Name, uint Crc, long Length, long At)> _entries = [];
    private long _at;

    public void Add(string name, ReadOnlySpan<byte> content)
    {
        var crc = default(Crc32);
        crc.Add(content);
        Begin(name, content.Length, crc.Value);
        Put(content);
    }

    /// <summary>Adds an entry from a source that can be read twice: once for the checksum, which comes first, and once for the bytes.</summary>
    public void Add(string name, long length, Action<ReadOnlySpanAction<byte>> visit)
    {
        var crc = default(Crc32);
        visit(piece => crc.Add(piece));
        Begin(name, length, crc.Value);
        var start = _at;
        visit(Put);
        if (_at - start != length)
            throw new InvalidOperationException($"Entry '{name}' was announced with {length} bytes and has {_at - start}.");
    }

    public void Finish()
    {
        var start = _at;
        foreach (var (name, crc, length, at) in _entries)
        {
            var bigLength = length >= zip64From;
            var bigAt = at >= zip64From;
            var extra = (bigLength ? 16 : 0) + (bigAt ? 8 : 0);
            var head = new byte[46 + name.Length + (extra > 0 ? 4 + extra : 0)];
            var span = head.AsSpan();
            BinaryPrimitives.WriteUInt32LittleEndian(span, 0x02014b50);
            BinaryPrimitives.WriteUInt16LittleEndian(span[4..], 45);
            BinaryPrimitives.WriteUInt16LittleEndian(span[6..], extra > 0 ? (ushort)45 : (ushort)20);
            BinaryPrimitives.WriteUInt16LittleEndian(span[8..], 0x0800); // names are UTF-8
            BinaryPrimitives.WriteUInt16LittleEndian(span[14..], Date);
            BinaryPrimitives.WriteUInt32LittleEndian(span[16..], crc);
            BinaryPrimitives.WriteUInt32LittleEndian(span[20..], bigLength ? uint.MaxValue : (uint)length);
            BinaryPrimitives.WriteUInt32LittleEndian(span[24..], bigLength ? uint.MaxValue : (uint)length);
            BinaryPrimitives.WriteUInt16LittleEndian(span[28..], (ushort)name.Length);
            BinaryPrimitives.WriteUInt16LittleEndian(span[30..], (ushort)(extra > 0 ? 4 + extra : 0));
            BinaryPrimitives.WriteUInt32LittleEndian(span[42..], bigAt ? uint.MaxValue : (uint)at);
            name.CopyTo(span[46..]);
            if (extra > 0)
            {
                var field = span[(46 + name.Length)..];
                BinaryPrimitives.WriteUInt16LittleEndian(field, 1);
                BinaryPrimitives.WriteUInt16LittleEndian(field[2..], (ushort)extra);
                field = field[4..];
                if (bigLength)
                {
                    BinaryPrimitives.WriteInt64LittleEndian(field, length);
                    BinaryPrimitives.WriteInt64LittleEndian(field[8..], length);
                    field = field[16..];
                }
                if (bigAt)
                    BinaryPrimitives.WriteInt64LittleEndian(field, at);
            }
            Put(head);
        }
        WriteEnd(start, _at - start);
    }

    private void WriteEnd(long start, long size)
    {
        if (start >= zip64From || size >= zip64From || _entries.Count >= ushort.MaxValue)
        {
            var end64At = _at;
            Span<byte> end64 = stackalloc byte[76];
            end64.Clear();
            BinaryPrimitives.WriteUInt32LittleEndian(end64, 0x06064b50);
            BinaryPrimitives.WriteInt64LittleEndian(end64[4..], 44);
            BinaryPrimitives.WriteUInt16LittleEndian(end64[12..], 45);
            BinaryPrimitives.WriteUInt16LittleEndian(end64[14..], 45);
            BinaryPrimitives.WriteInt64LittleEndian(end64[24..], _entries.Count);
            BinaryPrimitives.WriteInt64LittleEndian(end64[32..], _entries.Count);
            BinaryPrimitives.WriteInt64LittleEndian(end64[40..], size);
            BinaryPrimitives.WriteInt64LittleEndian(end64[48..], start);
            BinaryPrimitives.WriteUInt32LittleEndian(end64[56..], 0x07064b50);
            BinaryPrimitives.WriteInt64LittleEndian(end64[64..], end64At);
            BinaryPrimitives.WriteUInt32LittleEndian(end64[72..], 1);
            Put(end64);
        }
        Span<byte> end = stackalloc byte[22];
        end.Clear();
        var count = (ushort)Math.Min(_entries.Count, ushort.MaxValue);
        BinaryPrimitives.WriteUInt32LittleEndian(end, 0x06054b50);
        BinaryPrimitives.WriteUInt16LittleEndian(end[8..], count);
        BinaryPrimitives.WriteUInt16LittleEndian(end[10..], count);
        BinaryPrimitives.WriteUInt32LittleEndian(end[12..], size >= zip64From ? uint.MaxValue : (uint)size);
        BinaryPrimitives.WriteUInt32LittleEndian(end[16..], start >= zip64From ? uint.MaxValue : (uint)start);
        Put(end);
    }

    private void Begin(string name, long length, uint crc)
    {
        var encoded = Encoding.UTF8.GetBytes(name);
        var big = length >= zip64From;
        var fixedLength = 30 + encoded.Length + (big ? 20 : 0);
        // PyTorch aligns the content by an extra field 'FB'; a field needs 4 bytes of its own.
        var padding = (int)((Alignment - ((_at + fixedLength + 4) % Alignment)) % Alignment);
        var head = new byte[fixedLength + 4 + padding];
        var span = head.AsSpan();
        BinaryPrimitives.WriteUInt32LittleEndian(span, 0x04034b50);
        BinaryPrimitives.WriteUInt16LittleEndian(span[4..], big ? (ushort)45 : (ushort)20);
        BinaryPrimitives.WriteUInt16LittleEndian(span[6..], 0x0800);
        BinaryPrimitives.WriteUInt16LittleEndian(span[12..], Date);
        BinaryPrimitives.WriteUInt32LittleEndian(span[14..], crc);
        BinaryPrimitives.WriteUInt32LittleEndian(span[18..], big ? uint.MaxValue : (uint)length);
        BinaryPrimitives.WriteUInt32LittleEndian(span[22..], big ? uint.MaxValue : (uint)length);
        BinaryPrimitives.WriteUInt16LittleEndian(span[26..], (ushort)encoded.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(span[28..], (ushort)((big ? 20 : 0) + 4 + padding));
        encoded.CopyTo(span[30..]);
        var field = span[(30 + encoded.Length)..];
        if (big)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(field, 1);
            BinaryPrimitives.WriteUInt16LittleEndian(field[2..], 16);
            BinaryPrimitives.WriteInt64LittleEndian(field[4..], length);
            BinaryPrimitives.WriteInt64LittleEndian(field[12..], length);
            field = field[20..];
        }
        BinaryPrimitives.WriteUInt16LittleEndian(field, 0x4246);
        BinaryPrimitives.WriteUInt16LittleEndian(field[2..], (ushort)padding);
        field[4..].Fill((byte)'Z');
        _entries.Add((encoded, crc, length, _at));
        Put(head);
    }

    private void Put(ReadOnlySpan<byte> bytes)
    {
        stream.Write(bytes);
        _at += bytes.Length;
    }
}
