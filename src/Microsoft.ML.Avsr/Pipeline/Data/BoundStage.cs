using Microsoft.ML.Data;

namespace Microsoft.ML.Avsr;

/// <summary>A stage bound to an input schema: the row mapper that prediction engines use.</summary>
internal sealed class BoundStage : IRowToRowMapper
{
    public BoundStage(RowStage stage, DataViewSchema inputSchema)
    {
        Stage = stage;
        InputSchema = inputSchema;
        InputColumns = [.. stage.Inputs.Select(input => input.Bind(inputSchema))];
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(inputSchema);
        builder.AddColumns(stage.Outputs);
        OutputSchema = builder.ToSchema();
    }

    public RowStage Stage { get; }
    public DataViewSchema InputSchema { get; }
    public DataViewSchema OutputSchema { get; }
    public DataViewSchema.Column[] InputColumns { get; }

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns)
    {
        ArgumentNullException.ThrowIfNull(dependingColumns);
        return Needed(ActiveSet(dependingColumns));
    }

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(activeColumns);
        if (!ReferenceEquals(input.Schema, InputSchema))
            throw new ArgumentException("The row's schema is not the schema that this mapper was made for.", nameof(input));
        return new StageRow(this, input, ActiveSet(activeColumns));
    }

    /// <summary>Which columns of the output schema are asked for.</summary>
    public bool[] ActiveSet(IEnumerable<DataViewSchema.Column> columns)
    {
        var active = new bool[OutputSchema.Count];
        foreach (var column in columns)
        {
            if (column.Index >= active.Length || OutputSchema[column.Index].Name != column.Name)
                throw new ArgumentOutOfRangeException(nameof(columns), $"Column '{column.Name}' is not one of this schema's.");
            active[column.Index] = true;
        }
        return active;
    }

    /// <summary>The input columns that asked columns are made from.</summary>
    public IEnumerable<DataViewSchema.Column> Needed(bool[] active)
    {
        var works = NeedsWork(active);
        return InputSchema.Where(column => active[column.Index] || works && InputColumns.Any(c => c.Index == column.Index)).ToArray();
    }

    public bool NeedsWork(bool[] active) => active.AsSpan(InputSchema.Count).Contains(true);

    public RowWork? Start(DataViewRow input, bool[] active, int slots) =>
        NeedsWork(active) ? Stage.Start(input, [.. InputColumns.Select(c => input.Schema[c.Index])], active[InputSchema.Count..], slots) : null;

    /// <summary>The getters of asked outputs; null for the others.</summary>
    public Delegate?[] OutputGetters(RowWork? work, bool[] active, Func<int> current) =>
        [.. Enumerable.Range(0, OutputSchema.Count - InputSchema.Count).Select(i => active[InputSchema.Count + i] ? work!.Getter(i, current) : null)];

    public static ValueGetter<TValue> Typed<TValue>(Delegate? getter, DataViewSchema.Column column) => getter switch
    {
        null => throw new ArgumentOutOfRangeException(nameof(column), $"Column '{column.Name}' was not asked for when this row was made."),
        ValueGetter<TValue> typed => typed,
        _ => throw new InvalidOperationException($"Column '{column.Name}' has values of type {column.Type.RawType}, not {typeof(TValue)}."),
    };
}
