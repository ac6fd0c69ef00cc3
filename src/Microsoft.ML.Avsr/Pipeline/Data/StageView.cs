namespace Microsoft.ML.Avsr;

/// <summary>A stage's output as a data view. Nothing is computed before a cursor asks for it.</summary>
internal sealed class StageView(BoundStage stage, IDataView source) : IDataView
{
    public bool CanShuffle => source.CanShuffle;
    public DataViewSchema Schema => stage.OutputSchema;
    public long? GetRowCount() => source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        ArgumentNullException.ThrowIfNull(columnsNeeded);
        var active = stage.ActiveSet(columnsNeeded);
        return Wrap(source.GetRowCursor(stage.Needed(active), rand), active);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        ArgumentNullException.ThrowIfNull(columnsNeeded);
        var active = stage.ActiveSet(columnsNeeded);
        return [.. source.GetRowCursorSet(stage.Needed(active), n, rand).Select(cursor => Wrap(cursor, active))];
    }

    private DataViewRowCursor Wrap(DataViewRowCursor input, bool[] active) => stage.NeedsWork(active) && stage.Stage.LookAhead > 1
        ? new LookAheadCursor(stage, input, active, stage.Stage.LookAhead)
        : new StageCursor(stage, input, active);
}

/// <summary>A stage's cursor that works row by row.</summary>
internal sealed class StageCursor(BoundStage stage, DataViewRowCursor input, bool[] active) : DataViewRowCursor
{
    private readonly StageRow _row = new(stage, input, active);

    public override DataViewSchema Schema => _row.Schema;
    public override long Position => input.Position;
    public override long Batch => input.Batch;
    public override bool MoveNext() => input.MoveNext();
    public override ValueGetter<Data.DataViewRowId> GetIdGetter() => input.GetIdGetter();
    public override bool IsColumnActive(DataViewSchema.Column column) => _row.IsColumnActive(column);
    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => _row.GetGetter<TValue>(column);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _row.Dispose();
        base.Dispose(disposing);
    }
}
