namespace Microsoft.ML.Data;

/// <summary>The rows for which a test over some columns holds.</summary>
internal sealed class FilterView(IDataView source, IEnumerable<DataViewSchema.Column> tested, Func<DataViewRow, Func<bool>> makeTest) : IDataView
{
    private readonly DataViewSchema.Column[] _tested = [.. tested];

    public bool CanShuffle => source.CanShuffle;
    public DataViewSchema Schema => source.Schema;
    public long? GetRowCount() => null;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
    {
        var active = ColumnValues.ActiveSet(Schema, columnsNeeded);
        return new Cursor(source.GetRowCursor(Needed(active), rand), active, makeTest);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null)
    {
        var active = ColumnValues.ActiveSet(Schema, columnsNeeded);
        return [.. source.GetRowCursorSet(Needed(active), n, rand).Select(cursor => new Cursor(cursor, active, makeTest))];
    }

    private IEnumerable<DataViewSchema.Column> Needed(bool[] active) =>
        ColumnValues.Selected(Schema, active).Concat(_tested).DistinctBy(column => column.Index);

    private sealed class Cursor : WrappingCursor
    {
        private readonly bool[] _active;
        private readonly Func<bool> _test;
        private long _position = -1;

        public Cursor(DataViewRowCursor input, bool[] active, Func<DataViewRow, Func<bool>> makeTest) : base(input, input.Schema)
        {
            _active = active;
            _test = makeTest(input);
        }

        public override long Position => _position;
        public override bool IsColumnActive(DataViewSchema.Column column) => _active[column.Index];

        public override bool MoveNext()
        {
            while (Input.MoveNext())
            {
                if (!_test())
                    continue;
                _position++;
                return true;
            }
            _position = -1;
            return false;
        }
    }
}

/// <summary>A run of rows: some skipped, then some taken.</summary>
internal sealed class RangeView(IDataView source, long skip, long take) : IDataView
{
    public bool CanShuffle => false;
    public DataViewSchema Schema => source.Schema;
    public long? GetRowCount() => source.GetRowCount() is { } count ? Math.Min(take, Math.Max(0, count - skip)) : null;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null) =>
        new Cursor(source.GetRowCursor(columnsNeeded), skip, take);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor(DataViewRowCursor input, long skip, long take) : WrappingCursor(input, input.Schema)
    {
        private long _position = -1;
        private long _left = take;
        private bool _started;

        public override long Position => _position;

        public override bool MoveNext()
        {
            if (!_started)
            {
                _started = true;
                for (var i = 0L; i < skip; i++)
                    if (!Input.MoveNext())
                        return false;
            }
            if (_left <= 0 || !Input.MoveNext())
            {
                _position = -1;
                _left = 0;
                return false;
            }
            _left--;
            _position++;
            return true;
        }
    }
}
