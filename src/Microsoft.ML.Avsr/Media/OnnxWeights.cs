using System.Buffers.Binary;
using System.Text;

namespace Microsoft.ML.Avsr.Media;

/// <summary>
/// Reads the float initialisers of an ONNX file, and nothing else: a bounds-checked walk over the protobuf fields ModelProto.graph (7),
/// GraphProto.initializer (5) and TensorProto's dims (1), data_type (2), float_data (4), name (8) and raw_data (9). No node is run, no
/// other file is opened.
/// </summary>
internal static class OnnxWeights
{
    private const long MaxFile = 64 << 20;
    private const int MaxTensors = 4096, MaxRank = 8, MaxName = 512;
    private const ulong Float = 1;

    /// <summary>A tensor: its shape and its values in row-major order.</summary>
    internal sealed record Weight(long[] Shape, float[] Values);

    /// <summary>Reads a file.</summary>
    /// <exception cref="MediaException">The file is not ONNX, damaged or beyond the limits; the message names it and the rule.</exception>
    internal static Dictionary<string, Weight> Read(string path)
    {
        byte[] bytes;
        try
        {
            var length = new FileInfo(path).Length;
            if (length > MaxFile)
                throw new MediaException($"'{path}' has {length} bytes; weights of at most {MaxFile} are read.");
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MediaException($"'{path}' cannot be read: {e.Message}", e);
        }
        try
        {
            return Read(bytes);
        }
        catch (InvalidDataException e)
        {
            throw new MediaException($"'{path}' is not an ONNX file that can be read: {e.Message}", e);
        }
    }

    /// <summary>Reads bytes.</summary>
    /// <exception cref="InvalidDataException">They are not ONNX.</exception>
    internal static Dictionary<string, Weight> Read(ReadOnlySpan<byte> bytes)
    {
        var weights = new Dictionary<string, Weight>();
        var model = new Fields(bytes);
        var graphs = 0;
        while (model.Next(out var number, out _, out var body))
        {
            if (number != 7)
                continue;
            if (++graphs > 1)
                throw new InvalidDataException("it has two graphs");
            var graph = new Fields(body);
            while (graph.Next(out number, out _, out var initializer))
            {
                if (number == 5 && weights.Count < MaxTensors)
                    AddTensor(initializer, weights);
                else if (number == 5)
                    throw new InvalidDataException($"it has more than {MaxTensors} initialisers");
            }
        }
        if (graphs == 0)
            throw new InvalidDataException("it has no graph");
        return weights;
    }

    private static void AddTensor(ReadOnlySpan<byte> bytes, Dictionary<string, Weight> weights)
    {
        var shape = new List<long>();
        string? name = null;
        var type = 0UL;
        ReadOnlySpan<byte> raw = default, packed = default;
        var fields = new Fields(bytes);
        while (fields.Next(out var number, out var value, out var body))
        {
            switch (number)
            {
                case 1 when body.IsEmpty:
                    shape.Add((long)value);
                    break;
                case 1:
                    for (var at = 0; at < body.Length;)
                        shape.Add((long)Fields.Varint(body, ref at));
                    break;
                case 2:
                    type = value;
                    break;
                case 4:
                    packed = body;
                    break;
                case 8 when body.Length <= MaxName:
                    name = Encoding.UTF8.GetString(body);
                    break;
                case 9:
                    raw = body;
                    break;
                case 14 when value != 0:
                    throw new InvalidDataException("an initialiser lies in another file");
            }
            if (shape.Count > MaxRank)
                throw new InvalidDataException($"an initialiser has more than {MaxRank} dimensions");
        }
        if (type != Float)
            return;
        var data = raw.IsEmpty ? packed : raw;
        var count = (Int128)1;
        foreach (var size in shape)
        {
            if (size is < 0 or > int.MaxValue)
                throw new InvalidDataException($"initialiser '{name}' has a dimension of {size}");
            count *= size;
        }
        if (name is null || count * sizeof(float) != data.Length)
            throw new InvalidDataException($"initialiser '{name}' [{string.Join(", ", shape)}] has {data.Length} bytes");
        var values = new float[(int)count];
        for (var i = 0; i < values.Length; i++)
            values[i] = BinaryPrimitives.ReadSingleLittleEndian(data[(i * sizeof(float))..]);
        if (!weights.TryAdd(name, new Weight([.. shape], values)))
            throw new InvalidDataException($"initialiser '{name}' occurs twice");
    }

    /// <summary>Walks over protobuf fields.</summary>
    private ref struct Fields(ReadOnlySpan<byte> bytes)
    {
        private readonly ReadOnlySpan<byte> _bytes = bytes;
        private int _at;

        internal bool Next(out int number, out ulong value, out ReadOnlySpan<byte> body)
        {
            number = 0;
            value = 0;
            body = default;
            if (_at >= _bytes.Length)
                return false;
            var key = Varint(_bytes, ref _at);
            if (key >> 3 is 0 or > 536870911)
                throw new InvalidDataException($"a field has the number {key >> 3}");
            number = (int)(key >> 3);
            switch (key & 7)
            {
                case 0:
                    value = Varint(_bytes, ref _at);
                    return true;
                case 1:
                    Take(8);
                    return true;
                case 5:
                    Take(4);
                    return true;
                case 2:
                    body = Take(Varint(_bytes, ref _at));
                    return true;
                default:
                    throw new InvalidDataException($"a field has the wire type {key & 7}");
            }
        }

        internal static ulong Varint(ReadOnlySpan<byte> bytes, ref int at)
        {
            var value = 0UL;
            for (var shift = 0; shift < 64; shift += 7)
            {
                if (at >= bytes.Length)
                    throw new InvalidDataException("it ends inside a number");
                var part = bytes[at++];
                value |= (ulong)(part & 0x7F) << shift;
                if (part < 0x80)
                    return value;
            }
            throw new InvalidDataException("a number is longer than 64 bits");
        }

        private ReadOnlySpan<byte> Take(ulong count)
        {
            if (count > (ulong)(_bytes.Length - _at))
                throw new InvalidDataException("it ends inside a field");
            var taken = _bytes.Slice(_at, (int)count);
            _at += (int)count;
            return taken;
        }
    }
}
