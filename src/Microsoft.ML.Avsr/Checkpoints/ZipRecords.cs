using System.Buffers.Binary;
using System.Text;

namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>
/// The directory of a zip archive, as far as PyTorch files need it: stored entries, ZIP64. Nothing is ever unpacked to disk, so an
/// entry's name is only a key.
/// </summary>
internal sealed class ZipRecords
{
    private const int EndBytes = 22;
    private const int MaxEntries = 100_000;

    private readonly MappedFile _file;
    private readonly Dictionary<string, (long HeaderAt, long Length)> _entries = new(StringComparer.Ordinal);

    public ZipRecords(MappedFile file)
    {
        _file = file;
        Read();
    }

    public IEnumerable<string> Names => _entries.Keys;

    public bool Contains(string name) => _entries.ContainsKey(name);

    /// <summary>Place and length of an entry's bytes in the file.</summary>
    public (long Start, long Length) Find(string name)
    {
        if (!_entries.TryGetValue(name, out var entry))
            throw new CheckpointException(_file.Path, name, "the archive has no such entry");
        if (entry.HeaderAt > _file.Length - 30)
            throw new CheckpointException(_file.Path, name, "its header lies outside the archive");
        var header = _file.ReadBytes(entry.HeaderAt, 30);
        if (BinaryPrimitives.ReadUInt32LittleEndian(header) != 0x04034b50)
            throw new CheckpointException(_file.Path, name, "its header is not where the archive's directory says");
        var start = entry.HeaderAt + 30 + BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(26)) + BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(28));
        if (start > _file.Length || entry.Length > _file.Length - start)
            throw new CheckpointException(_file.Path, name, $"claims {entry.Length} bytes from {start}, the archive has {_file.Length}; it is truncated");
        return (start, entry.Length);
    }

    private void Read()
    {
        // The end record is followed by a comment of at most 65535 bytes.
        var tailLength = (int)Math.Min(_file.Length, EndBytes + ushort.MaxValue);
        var tailStart = _file.Length - tailLength;
        var tail = _file.ReadBytes(tailStart, tailLength);
        var at = tailLength - EndBytes;
        while (at >= 0 && BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(at)) != 0x06054b50)
            at--;
        if (at < 0)
            throw Refuse("is a zip archive without an end record; it is truncated");
        var end = tail.AsSpan(at, EndBytes);
        long count = BinaryPrimitives.ReadUInt16LittleEndian(end[10..]);
        long size = BinaryPrimitives.ReadUInt32LittleEndian(end[12..]);
        long start = BinaryPrimitives.ReadUInt32LittleEndian(end[16..]);
        if (count == ushort.MaxValue || size == uint.MaxValue || start == uint.MaxValue)
            (count, size, start) = ReadZip64(tailStart + at);
        if (start < 0 || size < 0 || start > _file.Length || size > _file.Length - start)
            throw Refuse($"its directory of {size} bytes at {start} lies outside the archive");
        if (count > MaxEntries || count * 46 > size)
            throw Refuse($"its directory of {size} bytes claims {count} entries, at most {Math.Min(MaxEntries, size / 46)} are allowed");
        ReadDirectory(start, size, (int)count);
    }

    private (long Count, long Size, long Start) ReadZip64(long endAt)
    {
        if (endAt < 20)
            throw Refuse("its end record points to a ZIP64 record that is not there");
        var locator = _file.ReadBytes(endAt - 20, 20);
        var at = BinaryPrimitives.ReadInt64LittleEndian(locator.AsSpan(8));
        if (BinaryPrimitives.ReadUInt32LittleEndian(locator) != 0x07064b50 || at < 0 || at > _file.Length - 56)
            throw Refuse("its end record points to a ZIP64 record that is not there");
        var end = _file.ReadBytes(at, 56);
        if (BinaryPrimitives.ReadUInt32LittleEndian(end) != 0x06064b50)
            throw Refuse("its ZIP64 end record is damaged");
        var count = BinaryPrimitives.ReadInt64LittleEndian(end.AsSpan(32));
        return (count < 0 ? long.MaxValue / 46 : Math.Min(count, long.MaxValue / 46), BinaryPrimitives.ReadInt64LittleEndian(end.AsSpan(40)), BinaryPrimitives.ReadInt64LittleEndian(end.AsSpan(48)));
    }

    private void ReadDirectory(long start, long size, int count)
    {
        var end = start + size;
        for (var i = 0; i < count; i++)
        {
            if (end - start < 46)
                throw Refuse($"its directory ends after {i} of {count} entries");
            var head = _file.ReadBytes(start, 46);
            if (BinaryPrimitives.ReadUInt32LittleEndian(head) != 0x02014b50)
                throw Refuse($"its directory is damaged at entry {i}");
            var flags = BinaryPrimitives.ReadUInt16LittleEndian(head.AsSpan(8));
            var method = BinaryPrimitives.ReadUInt16LittleEndian(head.AsSpan(10));
            long packed = BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(20));
            long length = BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(24));
            int nameLength = BinaryPrimitives.ReadUInt16LittleEndian(head.AsSpan(28));
            int extraLength = BinaryPrimitives.ReadUInt16LittleEndian(head.AsSpan(30));
            int commentLength = BinaryPrimitives.ReadUInt16LittleEndian(head.AsSpan(32));
            long headerAt = BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(42));
            if (46L + nameLength + extraLength + commentLength > end - start)
                throw Refuse($"its directory is damaged at entry {i}");
            var name = Encoding.UTF8.GetString(_file.ReadBytes(start + 46, nameLength));
            ReadExtra(name, _file.ReadBytes(start + 46 + nameLength, extraLength), ref length, ref packed, ref headerAt);
            start += 46 + nameLength + extraLength + commentLength;
            if (name.EndsWith('/'))
                continue; // a folder
            if ((flags & 1) != 0)
                throw new CheckpointException(_file.Path, name, "is encrypted");
            if (method != 0 || packed != length)
                throw new CheckpointException(_file.Path, name, "is compressed; PyTorch stores its entries, unpack and save the file with PyTorch again");
            if (length < 0 || headerAt < 0)
                throw new CheckpointException(_file.Path, name, "its size or place overflows");
            if (!_entries.TryAdd(name, (headerAt, length)))
                throw new CheckpointException(_file.Path, name, "the archive has two entries of this name");
        }
    }

    // ZIP64: numbers that do not fit in 32 bits follow in this order, only those that are needed.
    private void ReadExtra(string name, ReadOnlySpan<byte> extra, ref long length, ref long packed, ref long headerAt)
    {
        while (extra.Length >= 4)
        {
            var id = BinaryPrimitives.ReadUInt16LittleEndian(extra);
            int size = BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]);
            if (size > extra.Length - 4)
                return;
            var field = extra.Slice(4, size);
            extra = extra[(4 + size)..];
            if (id != 1)
                continue;
            Take(ref length, ref field, name);
            Take(ref packed, ref field, name);
            Take(ref headerAt, ref field, name);
        }
    }

    private void Take(ref long number, ref ReadOnlySpan<byte> field, string name)
    {
        if (number != uint.MaxValue)
            return;
        if (field.Length < 8)
            throw new CheckpointException(_file.Path, name, "its ZIP64 sizes are missing");
        number = BinaryPrimitives.ReadInt64LittleEndian(field);
        field = field[8..];
    }

    private CheckpointException Refuse(string rule) => new(_file.Path, null, rule);
}
