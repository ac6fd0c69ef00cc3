using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Transforms;

/// <summary>Replaces values by what a table holds for them.</summary>
public class ValueMappingEstimator : TrivialEstimator<ValueMappingTransformer>
{
    private protected ValueMappingEstimator(ValueMappingTransformer transformer) : base(transformer) { }

    public sealed override SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return With(inputSchema, Transformer.OutputShape(inputSchema));
    }
}

/// <summary>Replaces values by what a table holds for them.</summary>
public sealed class ValueMappingEstimator<TKey, TValue> : ValueMappingEstimator
{
    internal ValueMappingEstimator(ValueMappingTransformer transformer) : base(transformer) { }
}

/// <summary>Replaces values by what a table holds for them; a value that is not in the table gives the default value.</summary>
public class ValueMappingTransformer : OneToOneTransformerBase
{
    internal const string Loader = "ValueMappingTransformer";
    private const string TableEntry = "Table";
    private readonly ValueTable _table;

    internal ValueMappingTransformer(ValueTable table, (string outputColumnName, string inputColumnName)[] columns) : base(columns) => _table = table;

    internal static ITransformer Load(IHostEnvironment env, ModelLoadContext ctx)
    {
        var pairs = ReadPairs(ctx);
        using var reader = new BinaryReader(new BufferedStream(ctx.OpenEntry(TableEntry), 1 << 16));
        return new ValueMappingTransformer(ValueTable.Read(reader), pairs);
    }

    internal IEnumerable<SchemaShape.Column> OutputShape(SchemaShape input)
    {
        foreach (var (output, name) in Pairs)
        {
            var column = Find(input, name);
            if (column.Kind != SchemaShape.Column.VectorKind.Scalar || column.IsKey || !column.ItemType.Equals(_table.KeyType))
                throw Errors.SchemaMismatch("inputSchema", "input", name, _table.KeyType.ToString(), column.GetTypeString());
            yield return SchemaShape.CreateColumn(output, _table.ValueType);
        }
    }

    private protected override void SaveModel(ModelSaveContext ctx)
    {
        ctx.SetLoader(Loader);
        WritePairs(ctx);
        // Streamed: the table may hold a model's weights.
        using var writer = new BinaryWriter(new BufferedStream(ctx.OpenEntry(TableEntry), 1 << 16));
        _table.Write(writer);
    }

    private protected override IRowMapper MakeRowMapper(DataViewSchema schema)
    {
        foreach (var (_, name) in Pairs)
        {
            var column = Find(schema, name);
            if (!column.Type.Equals(_table.KeyType))
                throw Errors.SchemaMismatch("inputSchema", "input", name, _table.KeyType.ToString(), column.Type.ToString());
        }
        return new Mapper(_table, Pairs, schema);
    }

    private sealed class Mapper(ValueTable table, (string Output, string Input)[] pairs, DataViewSchema schema) : IRowMapper
    {
        private readonly DataViewSchema.Column[] _inputs = [.. pairs.Select(pair => schema[pair.Input])];

        public DataViewSchema.DetachedColumn[] GetOutputColumns() =>
            [.. pairs.Select(pair => new DataViewSchema.DetachedColumn(pair.Output, table.ValueType))];

        public bool[] GetDependencies(bool[] activeOutputs)
        {
            var needed = new bool[schema.Count];
            for (var i = 0; i < activeOutputs.Length; i++)
                needed[_inputs[i].Index] |= activeOutputs[i];
            return needed;
        }

        public Delegate[] CreateGetters(DataViewRow input, bool[] activeOutputs) =>
            [.. _inputs.Select((column, i) => activeOutputs[i] ? table.MakeGetter(input, input.Schema[column.Index]) : null)];
    }
}
