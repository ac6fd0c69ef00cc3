using System.Text.Json;

namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>Turns the plain part of a pickle (configurations) into JSON. Tensors and circles are left out, depth and size are capped.</summary>
internal static class PickleJson
{
    private const int MaxDepth = 12;
    private const int MaxValues = 50_000;

    public static JsonElement From(PickleValue value)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            var left = MaxValues;
            Write(json, value, 0, ref left);
        }
        using var document = JsonDocument.Parse(stream.ToArray());
        return document.RootElement.Clone();
    }

    private static void Write(Utf8JsonWriter json, PickleValue value, int depth, ref int left)
    {
        if (depth > MaxDepth || --left < 0)
        {
            json.WriteNullValue();
            return;
        }
        switch (value.Kind)
        {
            case PickleKind.Boolean:
                json.WriteBooleanValue(value.AsBoolean()!.Value);
                break;
            case PickleKind.Integer when value.AsInteger() is { } whole:
                json.WriteNumberValue(whole);
                break;
            case PickleKind.Float when double.IsFinite(value.AsNumber()!.Value):
                json.WriteNumberValue(value.AsNumber()!.Value);
                break;
            case PickleKind.String:
                json.WriteStringValue(value.AsString());
                break;
            case PickleKind.Tuple or PickleKind.List or PickleKind.Set:
                json.WriteStartArray();
                foreach (var item in value.Items)
                    Write(json, item, depth + 1, ref left);
                json.WriteEndArray();
                break;
            case PickleKind.Dictionary:
                json.WriteStartObject();
                foreach (var (key, item) in value.Pairs)
                {
                    if ((key.AsString() ?? key.AsInteger()?.ToString(System.Globalization.CultureInfo.InvariantCulture)) is not { } name)
                        continue;
                    json.WritePropertyName(name);
                    Write(json, item, depth + 1, ref left);
                }
                json.WriteEndObject();
                break;
            case PickleKind.Object when value.State is { Kind: PickleKind.Dictionary } state:
                Write(json, state, depth + 1, ref left); // argparse.Namespace and the like
                break;
            default:
                json.WriteNullValue();
                break;
        }
    }
}
