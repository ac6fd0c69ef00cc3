using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Recognition;

/// <summary>
/// One model as a stream of bytes: an eight-byte mark, the length of a JSON header, the header (architecture, tokenizer, decoding, frozen weights
/// by path and hash), then all trained weights as safetensors.
/// </summary>
public static class AvsrModelSerializer
{
    // 1: the first. 2: models that take features, whose widths an older package would overlook. 3: several parts in files of their own.
    private const int FormatVersion = 3;
    private const int MaxHeaderBytes = 64 << 20;
    private static readonly byte[] s_mark = "AVSRMDL\n"u8.ToArray();

    /// <summary>How architectures and settings are written as JSON.</summary>
    internal static JsonSerializerOptions Json { get; } = new()
    {
        Converters = { new JsonStringEnumConverter(namingPolicy: null, allowIntegerValues: false) },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        IgnoreReadOnlyProperties = true,
        IncludeFields = true, // value tuples
        RespectNullableAnnotations = true, // a null where a part is needed is refused by name
    };

    /// <summary>Writes a model.</summary>
    /// <param name="stream">Where to; left open.</param>
    /// <param name="model">The model.</param>
    /// <param name="decoding">How it decodes.</param>
    /// <param name="frozen">Weights to name instead of writing, or <see langword="null"/> for none.</param>
    /// <exception cref="InvalidOperationException">The model's adapters are merged.</exception>
    public static void Save(Stream stream, AvsrModel model, DecodingOptions decoding, IReadOnlyList<FrozenWeights>? frozen)
    {
        model.RequireUnmerged();
        var header = JsonSerializer.SerializeToUtf8Bytes(
            new Header(FormatVersion, model.Config, model.Tokenizer.Serialize(), decoding, null) { FrozenParts = frozen }, Json);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, header.Length);
        stream.Write(s_mark);
        stream.Write(length);
        stream.Write(header);
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(stream, new FrozenParts(frozen ?? []).Saved(model));
    }

    /// <summary>Reads a model.</summary>
    /// <param name="bytes">What <see cref="Save"/> wrote.</param>
    /// <param name="resolve">Finds frozen weights that are no longer where the model was trained; <see langword="null"/> asks <see cref="FrozenWeights.DefaultResolver"/>.</param>
    /// <returns>The recogniser, and the frozen weights that it names.</returns>
    /// <exception cref="AvsrModelException">The bytes are not a model, are of a newer format, or the frozen weights are missing or different.</exception>
    public static (SpeechRecognizer Recognizer, IReadOnlyList<FrozenWeights> Frozen) Load(ReadOnlyMemory<byte> bytes, Func<FrozenWeights, string?>? resolve = null)
    {
        var (header, weights) = ReadHeader(bytes);
        try
        {
            var tokenizer = SpeechTokenizer.Deserialize(header.Tokenizer);
            var frozen = header.FrozenParts ?? (header.Frozen is null ? [] : [header.Frozen]);
            if (frozen.Select(f => f.Part).Distinct().Count() < frozen.Count)
                throw new InvalidDataException("it names a pretrained part twice");
            var parts = new FrozenParts(frozen);
            using var source = new SafetensorsReader(weights, "saved model");
            ModelSizeCheck.Require(header.Config, tokenizer, parts.IsElsewhere, [source], "saved model");
            return (new SpeechRecognizer(parts.Load(header.Config, tokenizer, source, resolve), header.Decoding), frozen);
        }
        catch (Exception e) when (e is CheckpointException or ArgumentException or JsonException or InvalidDataException or TokenizerException or OverflowException or ExternalException)
        {
            throw new AvsrModelException($"The saved model is damaged: {e.Message}", e);
        }
    }

    private static (Header Header, ReadOnlyMemory<byte> Weights) ReadHeader(ReadOnlyMemory<byte> bytes)
    {
        var span = bytes.Span;
        if (span.Length < s_mark.Length + sizeof(int) || !span.StartsWith(s_mark))
            throw new AvsrModelException("This is not a saved speech recognition model: it does not begin with the mark 'AVSRMDL'.");
        var length = BinaryPrimitives.ReadInt32LittleEndian(span[s_mark.Length..]);
        var start = s_mark.Length + sizeof(int);
        if (length <= 0 || length > MaxHeaderBytes || length > span.Length - start)
            throw new AvsrModelException($"The saved model is damaged: its header claims {length} bytes of {span.Length - start}.");
        Header? header;
        try
        {
            header = JsonSerializer.Deserialize<Header>(span.Slice(start, length), Json);
        }
        catch (JsonException e)
        {
            throw new AvsrModelException($"The saved model is damaged: its header is not valid JSON ({CheckpointException.Shorten(e.Message)}).", e);
        }
        if (header?.Config is null || header.Tokenizer is null || header.Decoding is null)
            throw new AvsrModelException("The saved model is damaged: its header lacks architecture, tokenizer or decoding.");
        if (header.Version < 1)
            throw new AvsrModelException($"The saved model is damaged: {header.Version} is no format.");
        if (header.Version > FormatVersion)
            throw new AvsrModelException($"The saved model has format {header.Version}; this package reads up to {FormatVersion}. Update the package.");
        // Models that were saved before tokens were scored by CTC heads, too, decode as they did.
        if (span.Slice(start, length).IndexOf("\"CtcWeight\""u8) < 0)
            header = header with { Decoding = header.Decoding with { CtcWeight = 0 } };
        return (header, bytes[(start + length)..]);
    }

    private sealed record Header(int Version, AvsrModelConfig Config, string Tokenizer, DecodingOptions Decoding, FrozenWeights? Frozen)
    {
        /// <summary>Since format 3; <see cref="Frozen"/> is of older ones.</summary>
        public IReadOnlyList<FrozenWeights>? FrozenParts { get; init; }
    }
}
