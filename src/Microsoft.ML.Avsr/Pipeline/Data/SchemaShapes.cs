using Microsoft.ML.Data;

namespace Microsoft.ML.Avsr;

/// <summary>
/// Makes <see cref="SchemaShape"/>s through public API. The constructor of a shape's column is internal, but the estimator of any loader
/// states the shape of the loader's schema: so a loader that has only a schema, followed by an estimator that changes nothing, will do.
/// </summary>
internal static class SchemaShapes
{
    /// <summary>The shape of a schema.</summary>
    public static SchemaShape Create(DataViewSchema schema) => new SchemaLoader(schema).Append(new Identity()).GetOutputSchema();

    /// <summary>The shape of an estimator's output: the input's columns, with new ones added and those of the same name replaced.</summary>
    public static SchemaShape With(SchemaShape input, IEnumerable<DataViewSchema.DetachedColumn> added)
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(added);
        var columns = input.ToList();
        foreach (var column in Create(builder.ToSchema()))
        {
            var known = columns.FindIndex(c => c.Name == column.Name);
            if (known < 0)
                columns.Add(column);
            else
                columns[known] = column;
        }
        return new SchemaShape(columns);
    }

    /// <summary>The column of a name, or null.</summary>
    public static SchemaShape.Column? Find(SchemaShape shape, string name)
    {
        foreach (var column in shape)
            if (column.Name == name)
                return column;
        return null;
    }

    private sealed class SchemaLoader(DataViewSchema schema) : IDataLoader<object>
    {
        public DataViewSchema GetOutputSchema() => schema;
        public IDataView Load(object input) => throw new NotSupportedException("This loader only states a schema.");
        public void Save(ModelSaveContext ctx) => throw new NotSupportedException("This loader only states a schema.");
    }

    private sealed class Identity : IEstimator<ITransformer>
    {
        public SchemaShape GetOutputSchema(SchemaShape inputSchema) => inputSchema;
        public ITransformer Fit(IDataView input) => throw new NotSupportedException("This estimator only states a schema.");
    }
}
