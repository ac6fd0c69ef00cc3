using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.Avsr.Recognition;

namespace Microsoft.ML.Avsr;

/// <summary>
/// A transformer as texts: the first is a short header in JSON (format, identity, settings), the others are the model's bytes in base64.
/// </summary>
internal sealed class SavedPayload
{
    // 1: the first. 2: models that take features, whose widths an older package would overlook.
    private const int FormatVersion = 2;

    private static readonly JsonSerializerOptions s_json = new()
    {
        Converters = { new JsonStringEnumConverter() },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        IgnoreReadOnlyProperties = true,
    };

    private readonly ReadOnlyMemory<char>[] _chunks;

    private SavedPayload(RecognitionSettings settings, ReadOnlyMemory<char>[] chunks)
    {
        Settings = settings;
        _chunks = chunks;
    }

    /// <summary>Column names and how media is read.</summary>
    public RecognitionSettings Settings { get; }

    /// <summary>Writes a transformer.</summary>
    public static string[] Write(RecognitionSettings settings, SharedModel model)
    {
        var chunks = new List<string> { "" };
        using (var stream = new Base64ChunkStream(chunks))
            model.Save(stream);
        chunks[0] = JsonSerializer.Serialize(new Header(FormatVersion, Guid.NewGuid().ToString("N"), settings), s_json);
        return [.. chunks];
    }

    /// <summary>Reads the header.</summary>
    /// <exception cref="AvsrModelException">The texts are not a saved transformer, or one of a newer package.</exception>
    public static SavedPayload Read(ReadOnlySpan<ReadOnlyMemory<char>> chunks)
    {
        if (chunks.IsEmpty)
            throw new AvsrModelException("The saved model is damaged: it holds no data.");
        Header? header;
        try
        {
            header = JsonSerializer.Deserialize<Header>(chunks[0].Span, s_json);
        }
        catch (JsonException error)
        {
            throw new AvsrModelException($"The saved model is damaged: its header is not valid JSON ({error.Message}).", error);
        }
        if (header?.Settings is null)
            throw new AvsrModelException("The saved model is damaged: its header has no settings.");
        if (header.Version < 1)
            throw new AvsrModelException($"The saved model is damaged: {header.Version} is no format.");
        if (header.Version > FormatVersion)
            throw new AvsrModelException($"The saved model has format {header.Version}; this package reads up to {FormatVersion}. Update the package.");
        return new SavedPayload(header.Settings.Here(), chunks[1..].ToArray());
    }

    /// <summary>Decodes the model.</summary>
    /// <exception cref="AvsrModelException">It cannot be loaded.</exception>
    public SharedModel LoadModel(Func<FrozenWeights, string?>? resolve, TorchSharp.torch.Device? device = null) => ModelFactory.FromBytes(Bytes(), resolve, device);

    private byte[] Bytes()
    {
        var length = 0L;
        foreach (var chunk in _chunks)
            length += chunk.Length / 4 * 3L - (chunk.Span.EndsWith("==") ? 2 : chunk.Span.EndsWith("=") ? 1 : 0);
        if (length > Array.MaxLength)
            throw new AvsrModelException($"The saved model has {length} bytes of trained weights; at most {Array.MaxLength} can be loaded.");
        var bytes = new byte[length];
        var written = 0;
        foreach (var chunk in _chunks)
        {
            if (!Convert.TryFromBase64Chars(chunk.Span, bytes.AsSpan(written), out var count))
                throw new AvsrModelException("The saved model is damaged: its weights are not valid base64.");
            written += count;
        }
        return bytes;
    }

    private sealed record Header(int Version, string Id, RecognitionSettings Settings);
}
