using Microsoft.ML.Data;

namespace Microsoft.ML.Avsr;

/// <summary>A column that a stage reads: its name, what it is for, and the types it may have.</summary>
internal sealed class InputColumn(string name, string role, params DataViewType[] types)
{
    public string Name { get; } = name;

    private string Allowed => string.Join(" or ", types.Select(type => type is VectorDataViewType vector ? $"Vector<{vector.ItemType}>" : type.ToString()));

    /// <summary>Finds the column.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is missing or has a wrong type.</exception>
    public DataViewSchema.Column Bind(DataViewSchema schema)
    {
        var column = schema.GetColumnOrNull(Name) ?? throw Missing(schema.Where(c => !c.IsHidden).Select(c => c.Name));
        return types.Any(type => Matches(type, column.Type)) ? column : throw Wrong(column.Type.ToString()!);
    }

    /// <summary>Checks a shape.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or has a wrong type.</exception>
    public void Check(SchemaShape shape)
    {
        var column = SchemaShapes.Find(shape, Name) ?? throw Missing(shape.Select(c => c.Name));
        if (column.IsKey || !types.Any(type => Matches(type, column)))
            throw Wrong($"{column.Kind} of {(column.IsKey ? "keys" : column.ItemType)}");
    }

    private static bool Matches(DataViewType wanted, DataViewType actual) => (wanted, actual) switch
    {
        (VectorDataViewType vector, VectorDataViewType given) => vector.ItemType.Equals(given.ItemType),
        _ => wanted.Equals(actual),
    };

    private static bool Matches(DataViewType wanted, SchemaShape.Column actual) => wanted is VectorDataViewType vector
        ? actual.Kind != SchemaShape.Column.VectorKind.Scalar && vector.ItemType.Equals(actual.ItemType)
        : actual.Kind == SchemaShape.Column.VectorKind.Scalar && wanted.Equals(actual.ItemType);

    private ArgumentOutOfRangeException Missing(IEnumerable<string> present) => new("inputSchema",
        $"Could not find {role} column '{Name}'; the input has: {string.Join(", ", present)}. Name the right column in the options.");

    private ArgumentOutOfRangeException Wrong(string actual) => new("inputSchema",
        $"Schema mismatch for {role} column '{Name}': expected {Allowed}, got {actual}.");
}
