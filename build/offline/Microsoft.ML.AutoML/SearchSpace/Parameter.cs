using System.Collections;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Microsoft.ML.SearchSpace;

/// <summary>One point of a search space: a number, a text, a switch, a list, or parameters by name. It becomes options through JSON.</summary>
[JsonConverter(typeof(Converter))]
public sealed class Parameter : IEquatable<Parameter>
{
    private static readonly JsonSerializerOptions s_json = new() { Converters = { new JsonStringEnumConverter() } };
    private readonly object _value;

    private Parameter(object value, ParameterType type)
    {
        _value = value;
        ParameterType = type;
    }

    public ParameterType ParameterType { get; }

    public int Count => ParameterType == ParameterType.Object ? Children.Count : 1;
    public ICollection<string> Keys => Children.Keys;

    public Parameter this[string key]
    {
        get => Children[key];
        set => Children[key] = value;
    }

    private Dictionary<string, Parameter> Children => _value as Dictionary<string, Parameter>
        ?? throw new ArgumentException($"A parameter of type {ParameterType} has no members.");

    public static Parameter FromDouble(double value) => new(value, ParameterType.Number);
    public static Parameter FromFloat(float value) => new(value, ParameterType.Number);
    public static Parameter FromLong(long value) => new(value, ParameterType.Integer);
    public static Parameter FromInt(int value) => new(value, ParameterType.Integer);
    public static Parameter FromString(string value) => new(value, ParameterType.String);
    public static Parameter FromBool(bool value) => new(value, ParameterType.Bool);
    public static Parameter FromEnum<T>(T value) where T : struct, Enum => FromString(value.ToString());
    public static Parameter FromIEnumerable<T>(IEnumerable<T> values) => new(values.Select(value => Of(value)).ToArray(), ParameterType.Array);
    public static Parameter FromObject<T>(T value) where T : class => Of(value);

    public static Parameter CreateNestedParameter(params KeyValuePair<string, Parameter>[] parameters) =>
        new(parameters.ToDictionary(pair => pair.Key, pair => pair.Value), ParameterType.Object);

    public T AsType<T>() => _value is T value ? value : JsonSerializer.Deserialize<T>(JsonSerializer.Serialize(this, s_json), s_json);

    public void Add(string key, Parameter value) => Children.Add(key, value);
    public bool TryGetValue(string key, out Parameter value) => Children.TryGetValue(key, out value);
    public bool ContainsKey(string key) => Children.ContainsKey(key);
    public bool Remove(string key) => Children.Remove(key);

    public bool Equals(Parameter other) => other is not null && ToString() == other.ToString();
    public override bool Equals(object obj) => Equals(obj as Parameter);
    public override int GetHashCode() => ToString().GetHashCode();
    public override string ToString() => JsonSerializer.Serialize(this, s_json);

    /// <summary>A value as a parameter: what is not a number, text, switch or list is taken apart into its settable members.</summary>
    internal static Parameter Of(object value) => value switch
    {
        Parameter parameter => parameter,
        int number => FromInt(number),
        long number => FromLong(number),
        double number => FromDouble(number),
        float number => FromFloat(number),
        bool flag => FromBool(flag),
        string text => FromString(text),
        Enum name => FromString(name.ToString()),
        IEnumerable items => FromIEnumerable(items.Cast<object>()),
        null => throw new ArgumentNullException(nameof(value)),
        _ => CreateNestedParameter([.. value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.CanRead && property.CanWrite && property.GetValue(value) is not null)
            .Select(property => KeyValuePair.Create(property.Name, Of(property.GetValue(value))))]),
    };

    private sealed class Converter : JsonConverter<Parameter>
    {
        public override Parameter Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException("Parameters are only written as JSON.");

        public override void Write(Utf8JsonWriter writer, Parameter value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, value._value, value._value.GetType(), options);
    }
}
