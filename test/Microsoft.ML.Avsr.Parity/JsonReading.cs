using System.Text.Json;

namespace Microsoft.ML.Avsr.Parity;

/// <summary>Short forms for reading JSON.</summary>
internal static class JsonReading
{
    public static JsonElement? Find(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public static int Integer(this JsonElement element, string name) => element.GetProperty(name).GetInt32();

    public static int Integer(this JsonElement element, string name, int fallback) => element.Find(name)?.GetInt32() ?? fallback;

    public static double Number(this JsonElement element, string name) => element.GetProperty(name).GetDouble();

    public static double Number(this JsonElement element, string name, double fallback) => element.Find(name)?.GetDouble() ?? fallback;

    public static bool Flag(this JsonElement element, string name) => element.Find(name) is { ValueKind: JsonValueKind.True };

    public static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString()!;

    public static int[] Integers(this JsonElement element) => [.. element.EnumerateArray().Select(x => x.GetInt32())];

    public static double[] Numbers(this JsonElement element) => [.. element.EnumerateArray().Select(x => x.GetDouble())];
}
