using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>
/// Writes safetensors files: widest element type first, then by name, header padded to 8 bytes, so that the same tensors always give
/// the same bytes and every tensor is aligned. Tensors may be on any device and in any layout.
/// </summary>
public static class SafetensorsWriter
{
    /// <summary>Writes a file as a whole or not at all (temporary file, flush, rename).</summary>
    /// <param name="path">File to write or replace.</param>
    /// <param name="tensors">Tensors by name.</param>
    /// <param name="metadata">Free text for <c>__metadata__</c>, for example <c>format = pt</c>.</param>
    /// <exception cref="ArgumentException">A tensor's element type cannot be stored, or a name is reserved.</exception>
    public static void Write(string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        AtomicFile.Write(path, stream => Write(stream, tensors, metadata));

    /// <summary>Writes to a stream, front to back.</summary>
    /// <param name="stream">Destination; need not be seekable.</param>
    /// <param name="tensors">Tensors by name.</param>
    /// <param name="metadata">Free text for <c>__metadata__</c>.</param>
    /// <exception cref="ArgumentException">A tensor's element type cannot be stored, or a name is reserved.</exception>
    public static void Write(Stream stream, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(tensors);
        var ordered = tensors.Select(pair => (Name: pair.Key, Tensor: pair.Value, Type: TypeOf(pair.Key, pair.Value)))
            .OrderBy(item => item.Type.Rank).ThenBy(item => item.Name, StringComparer.Ordinal).ToArray();
        var header = new ArrayBufferWriter<byte>();
        // The relaxed encoder leaves names readable; they are data, never put into a web page.
        using (var json = new Utf8JsonWriter(header, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject("__metadata__");
                foreach (var (key, value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                    json.WriteString(key, value);
                json.WriteEndObject();
            }
            long offset = 0;
            foreach (var (name, tensor, type) in ordered)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", type.Name);
                json.WriteStartArray("shape");
                foreach (var size in tensor.shape)
                    json.WriteNumberValue(size);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                offset = checked(offset + tensor.numel() * ScalarTypes.Size(tensor.dtype));
                json.WriteNumberValue(offset);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        var padding = (8 - (header.WrittenCount % 8)) % 8;
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)(header.WrittenCount + padding));
        stream.Write(length);
        stream.Write(header.WrittenSpan);
        stream.Write(Encoding.ASCII.GetBytes(new string(' ', padding)));
        foreach (var (_, tensor, _) in ordered)
            TensorBytes.Visit(tensor, stream.Write);
    }

    private static (string Name, int Rank) TypeOf(string name, Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor, name);
        if (name == "__metadata__")
            throw new ArgumentException("'__metadata__' is reserved and cannot name a tensor.", nameof(name));
        return SafetensorsTypes.Format(tensor.dtype)
            ?? throw new ArgumentException($"Tensor '{name}' holds {ScalarTypes.Name(tensor.dtype)}; safetensors stores {SafetensorsTypes.Supported}.", nameof(tensor));
    }
}
