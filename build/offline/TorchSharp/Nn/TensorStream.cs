namespace TorchSharp;

/// <summary>Tensors in streams: LEB128 type, rank and shape, then the raw values in row order.</summary>
internal static class TensorStream
{
    private const int ChunkBytes = 1 << 20;

    public static void WriteNumber(BinaryWriter writer, long value) => writer.Write7BitEncodedInt64(value);

    public static long ReadNumber(BinaryReader reader) => reader.Read7BitEncodedInt64();

    public static void Write(BinaryWriter writer, torch.Tensor tensor)
    {
        WriteNumber(writer, (int)tensor.dtype);
        var shape = tensor.shape;
        WriteNumber(writer, shape.Length);
        foreach (var size in shape)
        {
            WriteNumber(writer, size);
        }

        using var detached = tensor.detach();
        using var local = detached.cpu();
        using var dense = local.contiguous();
        writer.Flush();
        dense.WriteBytesToStream(writer.BaseStream, ChunkBytes);
    }

    public static torch.Tensor Read(BinaryReader reader)
    {
        var dtype = (torch.ScalarType)ReadNumber(reader);
        var shape = new long[ReadNumber(reader)];
        for (var i = 0; i < shape.Length; i++)
        {
            shape[i] = ReadNumber(reader);
        }

        var tensor = torch.empty(shape, dtype: dtype, device: torch.CPU);
        tensor.ReadBytesFromStream(reader.BaseStream, ChunkBytes);
        return tensor;
    }
}
