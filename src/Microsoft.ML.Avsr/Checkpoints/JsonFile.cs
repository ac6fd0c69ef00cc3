using System.Text;
using System.Text.Json;

namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>Reads small JSON files that came from outside: size and depth are capped before anything is parsed.</summary>
internal static class JsonFile
{
    public const int MaxConfigBytes = 2 << 20;

    public static JsonElement Read(string path, int maxBytes = MaxConfigBytes)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            if (stream.Length > maxBytes)
                throw new CheckpointException(path, null, $"the file has {stream.Length} bytes, at most {maxBytes} are allowed here");
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            CheckText(bytes);
            using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 64 });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new CheckpointException(path, null, "the file must hold a JSON object");
            return document.RootElement.Clone();
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException or InvalidOperationException or DecoderFallbackException)
        {
            throw new CheckpointException(path, null, $"not readable as JSON: {CheckpointException.Shorten(e.Message)}", e);
        }
    }

    // The parser accepts broken text and lone surrogates, and throws only when somebody reads them: find them here, once.
    private static void CheckText(ReadOnlySpan<byte> json)
    {
        _ = new UTF8Encoding(false, throwOnInvalidBytes: true).GetCharCount(json);
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 64 });
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
                _ = reader.GetString();
        }
    }

    public static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public static long? Integer(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null;

    public static double? Number(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    public static bool? Flag(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? value.GetBoolean() : null;
}
