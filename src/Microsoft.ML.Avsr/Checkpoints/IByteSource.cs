namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>The bytes of one tensor in row-major order, wherever and however they are stored.</summary>
internal interface IByteSource
{
    /// <summary>Copies bytes starting at <paramref name="offset"/> of the tensor; offset and length are multiples of the element size.</summary>
    void Read(long offset, Span<byte> destination);
}

/// <summary>A tensor that lies in one piece in a file.</summary>
internal sealed class FileRange(MappedFile file, long start) : IByteSource
{
    public void Read(long offset, Span<byte> destination) => file.Read(start + offset, destination);
}
