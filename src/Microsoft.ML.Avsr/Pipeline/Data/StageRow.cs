namespace Microsoft.ML.Avsr;

/// <summary>One live row of a stage: its outputs follow the input row, and are computed once per position.</summary>
internal sealed class StageRow : DataViewRow
{
    private readonly BoundStage _stage;
    private readonly DataViewRow _input;
    private readonly bool[] _active;
    private readonly Delegate?[] _outputs;

    public StageRow(BoundStage stage, DataViewRow input, bool[] active)
    {
        _stage = stage;
        _input = input;
        _active = active;
        var work = stage.Start(input, active, 1);
        var computed = long.MinValue;
        _outputs = stage.OutputGetters(work, active, () =>
        {
            if (computed != input.Position)
            {
                work!.Capture(0);
                work.Compute(1);
                computed = input.Position;
            }
            return 0;
        });
    }

    public override DataViewSchema Schema => _stage.OutputSchema;
    public override long Position => _input.Position;
    public override long Batch => _input.Batch;
    public override ValueGetter<Data.DataViewRowId> GetIdGetter() => _input.GetIdGetter();
    public override bool IsColumnActive(DataViewSchema.Column column) => _active[column.Index];

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        var inputs = _stage.InputSchema.Count;
        return column.Index < inputs && _active[column.Index]
            ? _input.GetGetter<TValue>(_input.Schema[column.Index])
            : BoundStage.Typed<TValue>(column.Index < inputs || column.Index >= _active.Length ? null : _outputs[column.Index - inputs], column);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _input.Dispose();
        base.Dispose(disposing);
    }
}
