using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>
/// The header of a safetensors file: 8 bytes of length, then JSON naming each tensor's type, shape and place. Nothing in it is
/// believed before it is checked: the places must cover the data exactly, without holes and without overlap.
/// </summary>
internal sealed class SafetensorsHeader
{
    private readonly string _file;
    private readonly SafetensorsOptions _options;
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TensorEntry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _starts = new(StringComparer.Ordinal);

    private SafetensorsHeader(string file, SafetensorsOptions options)
    {
        _file = file;
        _options = options;
    }

    public IReadOnlyDictionary<string, TensorEntry> Entries => _entries;

    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>Place of the tensor's first byte in the file.</summary>
    public long Start(string name) => _starts[name];

    public static SafetensorsHeader Read(MappedFile file, SafetensorsOptions options)
    {
        var header = new SafetensorsHeader(file.Path, options);
        if (file.Length < 8)
            throw header.Refuse(null, $"a safetensors file starts with 8 bytes of header length, the file has {file.Length} bytes");
        var length = BinaryPrimitives.ReadUInt64LittleEndian(file.ReadBytes(0, 8));
        if (length > (ulong)options.MaxHeaderBytes)
            throw header.Refuse(null, $"the header claims {length} bytes, at most {options.MaxHeaderBytes} are allowed (SafetensorsOptions.MaxHeaderBytes)");
        if ((long)length > file.Length - 8)
            throw header.Refuse(null, $"the header claims {length} bytes, the file ends after {file.Length - 8}; it is truncated or not a safetensors file");
        if (length < 2)
            throw header.Refuse(null, $"the header claims {length} bytes, which is too short for a JSON object");
        header.Parse(file.ReadBytes(8, (int)length), 8 + (long)length, file.Length);
        return header;
    }

    private void Parse(byte[] json, long dataStart, long fileLength)
    {
        if (json[0] != (byte)'{')
            throw Refuse(null, "the header must begin with '{'");
        try
        {
            // The format asks for valid UTF-8; the JSON reader alone would let broken text pass in names it does not decode.
            _ = new UTF8Encoding(false, throwOnInvalidBytes: true).GetCharCount(json);
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 8 });
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                reader.Read();
                if (name == "__metadata__")
                    ReadMetadata(ref reader);
                else
                    ReadTensor(ref reader, name, dataStart);
            }
            while (reader.Read())
            {
                // runs to the end of the padding, so that text after the object is refused
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or DecoderFallbackException or FormatException)
        {
            throw new CheckpointException(_file, null, $"the header is not valid UTF-8 JSON: {CheckpointException.Shorten(e.Message)}", e);
        }
        CheckLayout(dataStart, fileLength);
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        if (_metadata.Count > 0)
            throw Refuse("__metadata__", "appears twice");
        if (reader.TokenType != JsonTokenType.StartObject)
            throw Refuse("__metadata__", "must be an object of strings");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
                throw Refuse("__metadata__", $"the value of '{CheckpointException.Shorten(key)}' must be a string");
            if (!_metadata.TryAdd(key, reader.GetString()!))
                throw Refuse("__metadata__", $"the key '{CheckpointException.Shorten(key)}' appears twice");
        }
    }

    private void ReadTensor(ref Utf8JsonReader reader, string name, long dataStart)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw Refuse(name, "must be an object with dtype, shape and data_offsets");
        if (_entries.Count >= _options.MaxTensors)
            throw Refuse(name, $"the file has more than {_options.MaxTensors} tensors (SafetensorsOptions.MaxTensors)");
        string? type = null;
        long[]? shape = null, offsets = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("dtype"u8))
            {
                if (type is not null)
                    throw Refuse(name, "dtype appears twice");
                reader.Read();
                if (reader.TokenType != JsonTokenType.String)
                    throw Refuse(name, "dtype must be a string");
                type = reader.GetString()!;
            }
            else if (reader.ValueTextEquals("shape"u8))
            {
                if (shape is not null)
                    throw Refuse(name, "shape appears twice");
                shape = ReadNumbers(ref reader, name, "shape", _options.MaxDimensions);
            }
            else if (reader.ValueTextEquals("data_offsets"u8))
            {
                if (offsets is not null)
                    throw Refuse(name, "data_offsets appears twice");
                offsets = ReadNumbers(ref reader, name, "data_offsets", 2);
            }
            else
            {
                throw Refuse(name, $"unknown field '{CheckpointException.Shorten(reader.GetString()!)}'; dtype, shape and data_offsets are allowed");
            }
        }
        if (type is null || shape is null || offsets is not { Length: 2 })
            throw Refuse(name, "needs dtype, shape and two data_offsets");
        if (SafetensorsTypes.Parse(type) is not { } scalar)
            throw Refuse(name, $"dtype '{CheckpointException.Shorten(type)}' is not supported; {SafetensorsTypes.Supported} are");
        var bytes = ScalarTypes.ByteLength(shape, ScalarTypes.Size(scalar));
        if (bytes is null)
            throw Refuse(name, $"shape [{string.Join(", ", shape)}] overflows");
        if (offsets[1] < offsets[0] || bytes != offsets[1] - offsets[0])
            throw Refuse(name, $"shape [{string.Join(", ", shape)}] of {type} needs {bytes} bytes, data_offsets [{offsets[0]}, {offsets[1]}] give {(Int128)offsets[1] - offsets[0]}");
        if (!_entries.TryAdd(name, new TensorEntry(name, scalar, shape, bytes.Value)))
            throw Refuse(name, "the name appears twice");
        if (offsets[0] > long.MaxValue - dataStart)
            throw Refuse(name, $"data_offsets begin at {offsets[0]}, outside any file");
        _starts[name] = dataStart + offsets[0];
    }

    private long[] ReadNumbers(ref Utf8JsonReader reader, string name, string field, int most)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
            throw Refuse(name, $"{field} must be an array of whole numbers");
        var numbers = new List<long>(4);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var number) || number < 0)
                throw Refuse(name, $"{field} must hold whole numbers from 0 to {long.MaxValue}");
            if (numbers.Count == most)
                throw Refuse(name, $"{field} has more than {most} numbers");
            numbers.Add(number);
        }
        return [.. numbers];
    }

    private void CheckLayout(long dataStart, long fileLength)
    {
        var ordered = _entries.Values.Select(entry => (Start: _starts[entry.Name], entry.ByteLength, entry.Name)).ToArray();
        Array.Sort(ordered, (a, b) => a.Start != b.Start ? a.Start.CompareTo(b.Start) : a.ByteLength.CompareTo(b.ByteLength));
        var next = dataStart;
        foreach (var (start, length, name) in ordered)
        {
            if (start < next)
                throw Refuse(name, $"begins at data offset {start - dataStart}, inside the tensor before it, which ends at {next - dataStart}");
            if (start > next)
                throw Refuse(name, $"begins at data offset {start - dataStart}, leaving a hole after {next - dataStart}");
            if (length > fileLength - start)
                throw Refuse(name, $"ends {(Int128)start + length - fileLength} bytes after the end of the file; it is truncated");
            next = start + length;
        }
        if (next != fileLength)
            throw Refuse(null, $"{fileLength - next} bytes after the last tensor belong to none");
    }

    private CheckpointException Refuse(string? key, string rule) => new(_file, key, rule);
}

/// <summary>The format's names of element types.</summary>
internal static class SafetensorsTypes
{
    public const string Supported = "BOOL, U8, I8, I16, F16, BF16, I32, F32, F64 and I64";

    public static ScalarType? Parse(string name) => name switch
    {
        "BOOL" => ScalarType.Bool,
        "U8" => ScalarType.Byte,
        "I8" => ScalarType.Int8,
        "I16" => ScalarType.Int16,
        "F16" => ScalarType.Float16,
        "BF16" => ScalarType.BFloat16,
        "I32" => ScalarType.Int32,
        "F32" => ScalarType.Float32,
        "F64" => ScalarType.Float64,
        "I64" => ScalarType.Int64,
        _ => null,
    };

    /// <summary>The name of a type and its rank in the file: widest first, so that every tensor is aligned to its element size.</summary>
    public static (string Name, int Rank)? Format(ScalarType type) => type switch
    {
        ScalarType.Int64 => ("I64", 0),
        ScalarType.Float64 => ("F64", 1),
        ScalarType.Float32 => ("F32", 2),
        ScalarType.Int32 => ("I32", 3),
        ScalarType.BFloat16 => ("BF16", 4),
        ScalarType.Float16 => ("F16", 5),
        ScalarType.Int16 => ("I16", 6),
        ScalarType.Int8 => ("I8", 7),
        ScalarType.Byte => ("U8", 8),
        ScalarType.Bool => ("BOOL", 9),
        _ => null,
    };
}
