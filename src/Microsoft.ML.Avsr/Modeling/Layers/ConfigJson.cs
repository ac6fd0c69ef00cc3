using System.Text.Json;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>Fields of a Hugging Face config.json; a missing or mistyped one is an error that names it.</summary>
internal static class ConfigJson
{
    public static int Integer(JsonElement config, string name, int? missing = null)
    {
        if (!Find(config, name, out var value))
            return missing ?? throw new InvalidDataException($"config.json has no '{name}'.");
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number)
            ? number
            : throw new InvalidDataException($"config.json: '{name}' is {value.GetRawText()}; a whole number was expected.");
    }

    public static double Number(JsonElement config, string name, double? missing = null)
    {
        if (!Find(config, name, out var value))
            return missing ?? throw new InvalidDataException($"config.json has no '{name}'.");
        return value.ValueKind == JsonValueKind.Number
            ? value.GetDouble()
            : throw new InvalidDataException($"config.json: '{name}' is {value.GetRawText()}; a number was expected.");
    }

    public static bool Flag(JsonElement config, string name, bool missing)
    {
        if (!Find(config, name, out var value))
            return missing;
        return value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw new InvalidDataException($"config.json: '{name}' is {value.GetRawText()}; true or false was expected."),
        };
    }

    public static string Text(JsonElement config, string name, string missing)
    {
        if (!Find(config, name, out var value))
            return missing;
        return value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw new InvalidDataException($"config.json: '{name}' is {value.GetRawText()}; a text was expected.");
    }

    /// <summary>The field, unless it is absent or null.</summary>
    public static bool Find(JsonElement config, string name, out JsonElement value)
    {
        value = default;
        return config.ValueKind == JsonValueKind.Object
            && config.TryGetProperty(name, out value)
            && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined);
    }
}
