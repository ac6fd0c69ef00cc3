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
    // 1: the first. 2: models that take features, whose widths an older package would overlook.
    private const int FormatVersion = 2;
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
    /// <param name="frozen">Weights to name instead of writing, or <see langword="null"/>.</param>
    /// <exception cref="InvalidOperationException">The model's adapters are merged.</exception>
    public static void Save(Stream stream, AvsrModel model, DecodingOptions decoding, FrozenWeights? frozen)
    {
        model.RequireUnmerged();
        var header = JsonSerializer.SerializeToUtf8Bytes(
            new Header(FormatVersion, model.Config, model.Tokenizer.Serialize(), decoding, frozen), Json);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, header.Length);
        stream.Write(s_mark);
        stream.Write(length);
        stream.Write(header);
        using var scope = NewDisposeScope();
        var tensors = model.state_dict()
            .Where(entry => frozen is null || !entry.Key.StartsWith(frozen.Part + ".", StringComparison.Ordinal))
            .ToDictionary(entry => entry.Key, entry => entry.Value);
        SafetensorsWriter.Write(stream, tensors);
    }

    /// <summary>Reads a model.</summary>
    /// <param name="bytes">What <see cref="Save"/> wrote.</param>
    /// <param name="resolve">Finds frozen weights that are no longer where the model was trained; <see langword="null"/> uses the stored path.</param>
    /// <returns>The recogniser, and the frozen weights that it names.</returns>
    /// <exception cref="AvsrModelException">The bytes are not a model, are of a newer format, or the frozen weights are missing or different.</exception>
    public static (SpeechRecognizer Recognizer, FrozenWeights? Frozen) Load(ReadOnlyMemory<byte> bytes, Func<FrozenWeights, string?>? resolve = null)
    {
        var (header, weights) = ReadHeader(bytes);
        try
        {
            var tokenizer = SpeechTokenizer.Deserialize(header.Tokenizer);
            var encoder = header.Frozen is null ? null : LoadFrozen(header.Frozen, resolve);
            using var source = new SafetensorsReader(weights, "saved model");
            var frozenPrefix = header.Frozen is null ? null : header.Frozen.Part + ".";
            ModelSizeCheck.Require(header.Config, tokenizer, frozenPrefix, [source], "saved model");
            var model = new AvsrModel(header.Config, tokenizer, encoder, ModuleConstruction.ForLoading);
            try
            {
                StateDictionaryLoader.Load(model, source,
                    key => frozenPrefix is not null && key.StartsWith(frozenPrefix, StringComparison.Ordinal) ? null : key);
                return (new SpeechRecognizer(model, header.Decoding), header.Frozen);
            }
            catch
            {
                model.Dispose();
                throw;
            }
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

    private static WhisperEncoder LoadFrozen(FrozenWeights frozen, Func<FrozenWeights, string?>? resolve)
    {
        var path = resolve?.Invoke(frozen) ?? frozen.Path;
        if (!Directory.Exists(path))
            throw new AvsrModelException(
                $"The model needs the pretrained {frozen.Part} (SHA-256 {frozen.Sha256}) that was at '{frozen.Path}'; '{path}' does not exist. Put the folder back, or say where it is when loading.");
        using var folder = HuggingFaceFolder.Open(path);
        var hash = folder.Sha256();
        if (!string.Equals(hash, frozen.Sha256, StringComparison.OrdinalIgnoreCase))
            throw new AvsrModelException($"The pretrained {frozen.Part} in '{path}' has SHA-256 {hash}; the model was trained with {frozen.Sha256}.");
        return WhisperEncoderFactory.FromHuggingFace(folder);
    }

    private sealed record Header(int Version, AvsrModelConfig Config, string Tokenizer, DecodingOptions Decoding, FrozenWeights? Frozen);
}
