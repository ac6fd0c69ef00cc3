using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Transforms;

/// <summary>Adds copies of columns, with their annotations.</summary>
public sealed class ColumnCopyingEstimator : TrivialEstimator<ColumnCopyingTransformer>
{
    private readonly (string Output, string Input)[] _columns;

    internal ColumnCopyingEstimator(IHostEnvironment env, string outputColumnName, string inputColumnName)
        : this(env, (outputColumnName, inputColumnName)) { }

    internal ColumnCopyingEstimator(IHostEnvironment env, params (string outputColumnName, string inputColumnName)[] columns)
        : base(new ColumnCopyingTransformer(env, columns)) => _columns = columns;

    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return With(inputSchema, _columns.Select(pair =>
            inputSchema.TryFindColumn(pair.Input, out var column)
                ? new SchemaShape.Column(pair.Output, column.Kind, column.ItemType, column.IsKey, column.Annotations)
                : throw Errors.MissingColumn(nameof(inputSchema), "input", pair.Input)));
    }
}

/// <summary>Adds copies of columns, with their annotations.</summary>
public sealed class ColumnCopyingTransformer : OneToOneTransformerBase
{
    internal const string Loader = "CopyTransform";

    internal ColumnCopyingTransformer(IHostEnvironment env, params (string outputColumnName, string inputColumnName)[] columns) : base(columns)
    {
        foreach (var (output, input) in columns)
        {
            ArgumentException.ThrowIfNullOrEmpty(output, "outputColumnName");
            ArgumentException.ThrowIfNullOrEmpty(input, "inputColumnName");
        }
    }

    internal ColumnCopyingTransformer(IHostEnvironment env, ModelLoadContext ctx) : this(env, ReadPairs(ctx)) { }

    private protected override void SaveModel(ModelSaveContext ctx)
    {
        ctx.SetLoader(Loader);
        WritePairs(ctx);
    }

    private protected override IRowMapper MakeRowMapper(DataViewSchema schema) => new Mapper(Pairs, schema);

    private sealed class Mapper((string Output, string Input)[] pairs, DataViewSchema schema) : IRowMapper
    {
        private readonly DataViewSchema.Column[] _inputs = [.. pairs.Select(pair => Find(schema, pair.Input))];

        public DataViewSchema.DetachedColumn[] GetOutputColumns() =>
            [.. pairs.Select((pair, i) => new DataViewSchema.DetachedColumn(pair.Output, _inputs[i].Type, _inputs[i].Annotations))];

        public bool[] GetDependencies(bool[] activeOutputs)
        {
            var needed = new bool[schema.Count];
            for (var i = 0; i < activeOutputs.Length; i++)
                needed[_inputs[i].Index] |= activeOutputs[i];
            return needed;
        }

        public Delegate[] CreateGetters(DataViewRow input, bool[] activeOutputs) =>
            [.. _inputs.Select((column, i) => activeOutputs[i] ? ColumnValues.GetGetter(input, input.Schema[column.Index]) : null)];
    }
}
