using System.IO.MemoryMappedFiles;

namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>
/// A file read through a memory map, one window at a time. A map of the whole file would count the file's pages as resident beside
/// the tensors copied from them and so double the peak memory of loading; a window keeps at most <see cref="WindowBytes"/> of them.
/// </summary>
internal sealed class MappedFile : IDisposable
{
    private const int WindowBytes = 16 << 20;

    private readonly object _gate = new();
    private readonly MemoryMappedFile? _map;
    private readonly ReadOnlyMemory<byte> _memory;
    private MemoryMappedViewAccessor? _window;
    private long _windowStart;
    private long _windowLength;
    private bool _disposed;

    private MappedFile(string path, MemoryMappedFile? map, long length)
    {
        Path = path;
        _map = map;
        Length = length;
    }

    private MappedFile(string name, ReadOnlyMemory<byte> bytes)
        : this(name, null, bytes.Length) => _memory = bytes;

    public string Path { get; }

    public long Length { get; }

    public static MappedFile Open(string path)
    {
        FileStream? stream = null;
        try
        {
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);
            var length = stream.Length;
            if (length == 0)
            {
                stream.Dispose(); // an empty file cannot be mapped
                return new MappedFile(path, null, 0);
            }
            var map = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
            return new MappedFile(path, map, length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            stream?.Dispose();
            throw new CheckpointException(path, null, $"the file cannot be opened: {e.Message}", e);
        }
    }

    /// <summary>Bytes that are in memory already, under a name for messages.</summary>
    public static MappedFile OfMemory(string name, ReadOnlyMemory<byte> bytes) => new(name, bytes);

    /// <summary>Copies bytes of the file. The caller has checked that the range lies inside it.</summary>
    public void Read(long offset, Span<byte> destination)
    {
        if (offset < 0 || destination.Length > Length - offset)
            throw new CheckpointException(Path, null, $"bytes {offset} to {offset + destination.Length} lie outside the file of {Length} bytes");
        if (!_memory.IsEmpty)
        {
            _memory.Span.Slice((int)offset, destination.Length).CopyTo(destination);
            return;
        }
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            while (!destination.IsEmpty)
            {
                if (offset < _windowStart || offset >= _windowStart + _windowLength)
                    MoveWindow(offset);
                var within = offset - _windowStart;
                var count = (int)Math.Min(destination.Length, _windowLength - within);
                _window!.SafeMemoryMappedViewHandle.ReadSpan((ulong)(_window.PointerOffset + within), destination[..count]);
                destination = destination[count..];
                offset += count;
            }
        }
    }

    public byte[] ReadBytes(long offset, int count)
    {
        var bytes = new byte[count];
        Read(offset, bytes);
        return bytes;
    }

    private void MoveWindow(long offset)
    {
        _window?.Dispose();
        _window = null;
        _windowLength = 0;
        var length = Math.Min(WindowBytes, Length - offset);
        _window = _map!.CreateViewAccessor(offset, length, MemoryMappedFileAccess.Read);
        _windowStart = offset;
        _windowLength = length;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _window?.Dispose();
            _map?.Dispose();
        }
    }
}
