using Microsoft.ML.Data;

namespace Microsoft.ML.Runtime;

/// <summary>The exceptions that components throw alike.</summary>
internal static class Errors
{
    public static ArgumentOutOfRangeException MissingColumn(string parameter, string role, string name) =>
        new(parameter, $"Could not find {role} column '{name}'");

    public static ArgumentOutOfRangeException SchemaMismatch(string parameter, string role, string name, string expected, string actual) =>
        new(parameter, $"Schema mismatch for {role} column '{name}': expected {expected}, got {actual}");

    public static ArgumentOutOfRangeException InactiveColumn(DataViewSchema.Column column) =>
        new(nameof(column), $"Column '{column.Name}' is not active in this row or is not one of its columns.");

    public static InvalidOperationException WrongGetterType(DataViewSchema.Column column, Type asked) =>
        new($"Invalid TValue in GetGetter: column '{column.Name}' delivers {column.Type.RawType}, not {asked}.");

    /// <summary>The getter in its asked type, or the exception that getters of a wrong type give.</summary>
    public static ValueGetter<TValue> Typed<TValue>(Delegate getter, DataViewSchema.Column column) =>
        getter is null ? throw InactiveColumn(column) : getter as ValueGetter<TValue> ?? throw WrongGetterType(column, typeof(TValue));
}
