using Microsoft.ML.Data;

namespace Microsoft.ML.Avsr;

/// <summary>
/// What a row-to-row stage adds to rows: the part that its estimator (shapes) and its transformer (schemas, views, mappers) share.
/// </summary>
internal abstract class RowStage
{
    /// <summary>The columns that the stage reads.</summary>
    public abstract IReadOnlyList<InputColumn> Inputs { get; }

    /// <summary>The columns that the stage adds, in order.</summary>
    public abstract IReadOnlyList<DataViewSchema.DetachedColumn> Outputs { get; }

    /// <summary>Most rows that a cursor reads ahead to work on together; 1 = row by row.</summary>
    public virtual int LookAhead => 1;

    /// <summary>Starts the work on the rows of one cursor or row.</summary>
    /// <param name="row">The input; it moves.</param>
    /// <param name="columns">The stage's input columns in <paramref name="row"/>, as <see cref="Inputs"/>.</param>
    /// <param name="active">Which of <see cref="Outputs"/> are asked for; at least one.</param>
    /// <param name="slots">Most rows that are worked on together.</param>
    public abstract RowWork Start(DataViewRow row, DataViewSchema.Column[] columns, bool[] active, int slots);

    /// <summary>The stage's output schema.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An input column is missing or has a wrong type.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => Bind(inputSchema).OutputSchema;

    /// <summary>The stage's output shape.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An input column is missing or has a wrong type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        foreach (var input in Inputs)
            input.Check(inputSchema);
        return SchemaShapes.With(inputSchema, Outputs);
    }

    /// <summary>The stage bound to a schema: mapper, and maker of views.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An input column is missing or has a wrong type.</exception>
    public BoundStage Bind(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return new BoundStage(this, inputSchema);
    }

    /// <summary>The view of a transformed input.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An input column is missing or has a wrong type.</exception>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new StageView(Bind(input.Schema), input);
    }
}
