namespace Microsoft.ML.Avsr;

/// <summary>Turns what is written into base64 texts of limited size, so that no array ever holds the whole.</summary>
internal sealed class Base64ChunkStream : Stream
{
    /// <summary>Bytes per chunk: a multiple of three, so that each chunk (1 MiB of text) decodes by itself.</summary>
    public const int ChunkBytes = 3 << 18;

    private readonly byte[] _buffer = new byte[ChunkBytes];
    private readonly List<string> _chunks;
    private int _count;

    /// <summary>Makes a stream.</summary>
    /// <param name="chunks">Receives the texts; the last one when the stream is disposed.</param>
    public Base64ChunkStream(List<string> chunks) => _chunks = chunks;

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var taken = Math.Min(buffer.Length, ChunkBytes - _count);
            buffer[..taken].CopyTo(_buffer.AsSpan(_count));
            _count += taken;
            buffer = buffer[taken..];
            if (_count == ChunkBytes)
                Emit();
        }
    }

    public override void Flush() { }
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && _count > 0)
            Emit();
        base.Dispose(disposing);
    }

    private void Emit()
    {
        _chunks.Add(Convert.ToBase64String(_buffer, 0, _count));
        _count = 0;
    }
}
