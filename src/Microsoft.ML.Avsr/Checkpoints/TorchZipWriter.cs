using System.Buffers.Binary;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>
/// Writes state dictionaries that PyTorch's <c>torch.load</c> reads, <c>weights_only</c> included: a zip archive with a protocol 2 pickle.
/// Tensors that share their memory share their storage in the file, so tied weights stay tied.
/// </summary>
public static class TorchZipWriter
{
    /// <summary>Writes a file as a whole or not at all.</summary>
    /// <param name="path">File to write or replace, usually <c>.pth</c> or <c>.pt</c>.</param>
    /// <param name="tensors">Tensors by name, in the order to be written.</param>
    /// <param name="nestedUnder">Key under which the dictionary is put (<c>state_dict</c> for the layout of Lightning); null writes it directly.</param>
    /// <exception cref="ArgumentException">A tensor's element type cannot be stored.</exception>
    public static void Write(string path, IReadOnlyDictionary<string, Tensor> tensors, string? nestedUnder = null) =>
        AtomicFile.Write(path, stream => Write(stream, tensors, nestedUnder));

    /// <summary>Writes to a stream, front to back.</summary>
    /// <param name="stream">Destination; need not be seekable.</param>
    /// <param name="tensors">Tensors by name, in the order to be written.</param>
    /// <param name="nestedUnder">Key under which the dictionary is put; null writes it directly.</param>
    /// <exception cref="ArgumentException">A tensor's element type cannot be stored.</exception>
    public static void Write(Stream stream, IReadOnlyDictionary<string, Tensor> tensors, string? nestedUnder = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(tensors);
        var storages = new List<Tensor>();
        var pickle = Pickle(tensors, nestedUnder, storages);
        var zip = new StoredZipWriter(stream);
        zip.Add("archive/data.pkl", pickle);
        zip.Add("archive/byteorder", "little"u8);
        for (var i = 0; i < storages.Count; i++)
        {
            var tensor = storages[i];
            zip.Add($"archive/data/{i}", tensor.numel() * ScalarTypes.Size(tensor.dtype), visit => TensorBytes.Visit(tensor, visit));
        }
        zip.Add("archive/version", "3\n"u8);
        zip.Finish();
    }

    private static byte[] Pickle(IReadOnlyDictionary<string, Tensor> tensors, string? nestedUnder, List<Tensor> storages)
    {
        var keys = new Dictionary<object, int>(ReferenceEqualityComparer.Instance);
        var memory = new Dictionary<(nint, long, ScalarType), int>();
        var pickle = new PickleBuilder();
        pickle.Start();
        if (nestedUnder is not null)
            pickle.Text("}").String(nestedUnder);
        pickle.Text("ccollections\nOrderedDict\n)R(");
        foreach (var (name, tensor) in tensors)
        {
            ArgumentNullException.ThrowIfNull(tensor, name);
            if (!keys.TryGetValue(tensor, out var key))
            {
                var place = TensorMemory.Of(tensor);
                if (place is null || !memory.TryGetValue((place.Value.Address, place.Value.Bytes, tensor.dtype), out key))
                {
                    key = storages.Count;
                    storages.Add(tensor);
                    if (place is not null)
                        memory.Add((place.Value.Address, place.Value.Bytes, tensor.dtype), key);
                }
                keys.Add(tensor, key);
            }
            pickle.String(name).Text("ctorch._utils\n_rebuild_tensor_v2\n((").String("storage")
                .Text($"ctorch\n{StorageName(name, tensor.dtype)}\n").String(key.ToString(System.Globalization.CultureInfo.InvariantCulture)).String("cpu")
                .Integer(tensor.numel()).Text("tQ").Integer(0).Text("(");
            var shape = tensor.shape;
            foreach (var size in shape)
                pickle.Integer(size);
            pickle.Text("t(");
            for (var i = 0; i < shape.Length; i++)
                pickle.Integer(Stride(shape, i));
            pickle.Text("t").Byte(0x89).Text("ccollections\nOrderedDict\n)RtR");
        }
        pickle.Text(nestedUnder is null ? "u." : "us.");
        return pickle.ToArray();
    }

    // Row-major strides as PyTorch writes them: a dimension of size zero counts as one.
    private static long Stride(long[] shape, int dimension)
    {
        long stride = 1;
        for (var i = dimension + 1; i < shape.Length; i++)
            stride *= Math.Max(1, shape[i]);
        return stride;
    }

    private static string StorageName(string name, ScalarType type) => type switch
    {
        ScalarType.Float32 => "FloatStorage",
        ScalarType.Float16 => "HalfStorage",
        ScalarType.BFloat16 => "BFloat16Storage",
        ScalarType.Float64 => "DoubleStorage",
        ScalarType.Int64 => "LongStorage",
        ScalarType.Int32 => "IntStorage",
        ScalarType.Int16 => "ShortStorage",
        ScalarType.Int8 => "CharStorage",
        ScalarType.Byte => "ByteStorage",
        ScalarType.Bool => "BoolStorage",
        _ => throw new ArgumentException($"Tensor '{name}' holds {ScalarTypes.Name(type)}, which is not written to PyTorch files.", nameof(type)),
    };

    private sealed class PickleBuilder
    {
        private readonly MemoryStream _bytes = new();

        public void Start() => _bytes.Write([0x80, 2]);

        public PickleBuilder Byte(byte value)
        {
            _bytes.WriteByte(value);
            return this;
        }

        public PickleBuilder Text(string opcodes)
        {
            _bytes.Write(Encoding.ASCII.GetBytes(opcodes));
            return this;
        }

        public PickleBuilder String(string text)
        {
            var encoded = Encoding.UTF8.GetBytes(text);
            Span<byte> head = stackalloc byte[5];
            head[0] = (byte)'X';
            BinaryPrimitives.WriteInt32LittleEndian(head[1..], encoded.Length);
            _bytes.Write(head);
            _bytes.Write(encoded);
            return this;
        }

        public PickleBuilder Integer(long value)
        {
            if (value is >= 0 and <= int.MaxValue)
            {
                Span<byte> head = stackalloc byte[5];
                head[0] = (byte)'J';
                BinaryPrimitives.WriteInt32LittleEndian(head[1..], (int)value);
                _bytes.Write(head);
                return this;
            }
            Span<byte> wide = stackalloc byte[10];
            wide[0] = 0x8a;
            wide[1] = 8;
            BinaryPrimitives.WriteInt64LittleEndian(wide[2..], value);
            _bytes.Write(wide);
            return this;
        }

        public byte[] ToArray() => _bytes.ToArray();
    }
}
