using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>An estimator with nothing to learn. Only the library derives from it.</summary>
public abstract class TrivialEstimator<TTransformer> : IEstimator<TTransformer> where TTransformer : class, ITransformer
{
    private protected readonly TTransformer Transformer;

    private protected TrivialEstimator(TTransformer transformer) => Transformer = transformer;

    public TTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        Transformer.GetOutputSchema(input.Schema);
        return Transformer;
    }

    public abstract SchemaShape GetOutputSchema(SchemaShape inputSchema);

    /// <summary>The shape of the input with columns added or replaced by name.</summary>
    private protected static SchemaShape With(SchemaShape input, IEnumerable<SchemaShape.Column> added)
    {
        var columns = input.ToList();
        foreach (var column in added)
        {
            var index = columns.FindIndex(known => known.Name == column.Name);
            if (index < 0)
                columns.Add(column);
            else
                columns[index] = column;
        }
        return new SchemaShape(columns);
    }
}

/// <summary>A transformer that adds columns row by row. Only the library derives from it.</summary>
public abstract class RowToRowTransformerBase : ITransformer
{
    private protected RowToRowTransformerBase() { }

    bool ITransformer.IsRowToRowMapper => true;

    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return Map(new EmptyView(inputSchema)).Schema;
    }

    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return Map(input);
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return Map(new EmptyView(inputSchema));
    }

    void ICanSaveModel.Save(ModelSaveContext ctx) => SaveModel(ctx);

    private protected abstract void SaveModel(ModelSaveContext ctx);
    private protected abstract IRowMapper MakeRowMapper(DataViewSchema schema);

    private RowMapView Map(IDataView input) => new(input, input.Schema, MakeRowMapper(input.Schema));
}

/// <summary>A transformer that makes one column from one column, for some pairs. Only the library derives from it.</summary>
public abstract class OneToOneTransformerBase : RowToRowTransformerBase
{
    private protected readonly (string Output, string Input)[] Pairs;

    private protected OneToOneTransformerBase((string Output, string Input)[] pairs) => Pairs = pairs;

    private protected static (string, string)[] ReadPairs(ModelLoadContext ctx)
    {
        var pairs = new (string, string)[ctx.Reader.ReadInt32()];
        for (var i = 0; i < pairs.Length; i++)
            pairs[i] = (ctx.Reader.ReadString(), ctx.Reader.ReadString());
        return pairs;
    }

    private protected void WritePairs(ModelSaveContext ctx)
    {
        ctx.Writer.Write(Pairs.Length);
        foreach (var (output, input) in Pairs)
        {
            ctx.Writer.Write(output);
            ctx.Writer.Write(input);
        }
    }

    private protected static DataViewSchema.Column Find(DataViewSchema schema, string name) =>
        schema.GetColumnOrNull(name) ?? throw Errors.MissingColumn("inputSchema", "input", name);

    private protected static SchemaShape.Column Find(SchemaShape schema, string name) =>
        schema.TryFindColumn(name, out var column) ? column : throw Errors.MissingColumn("inputSchema", "input", name);
}
