namespace Microsoft.ML.Data;

/// <summary>
/// Keeps in memory what was read once. Columns are cached when first asked for. Columns of structured custom types are left out:
/// their values cannot be kept.
/// </summary>
internal sealed class CacheView : IDataView
{
    private readonly IDataView _source;
    private readonly int[] _sourceIndex;
    private readonly ColumnStore[] _stores;
    private readonly Lock _fillLock = new();
    private long _rowCount = -1;

    public CacheView(IDataView source, IEnumerable<string> prefetch)
    {
        _source = source ?? throw new ArgumentNullException(nameof(source));
        var kept = source.Schema.Where(column => ColumnTypes.IsCacheable(column.Type)).ToArray();
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(kept);
        Schema = builder.ToSchema();
        _sourceIndex = [.. kept.Select(column => column.Index)];
        _stores = new ColumnStore[kept.Length];
        var asked = (prefetch ?? []).Select(name => Schema[name]).ToArray();
        if (asked.Length > 0)
            Fill(asked);
    }

    public bool CanShuffle => true;
    public DataViewSchema Schema { get; }
    public long? GetRowCount() => _rowCount >= 0 ? _rowCount : _source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null) =>
        GetRowCursorSet(columnsNeeded, 1, rand)[0];

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null)
    {
        var active = ColumnValues.ActiveSet(Schema, columnsNeeded);
        Fill([.. ColumnValues.Selected(Schema, active)]);
        var order = Enumerable.Range(0, (int)_rowCount).ToArray();
        rand?.Shuffle(order);
        // Rows are dealt out in small batches, whose numbers say in which order they belong together.
        const int BatchSize = 64;
        n = Math.Clamp(n, 1, Math.Max(1, (order.Length + BatchSize - 1) / BatchSize));
        return [.. Enumerable.Range(0, n).Select(part => new Cursor(this, active, order, part, n, BatchSize))];
    }

    private void Fill(DataViewSchema.Column[] columns)
    {
        lock (_fillLock)
        {
            var missing = columns.Where(column => _stores[column.Index] is null).ToArray();
            if (missing.Length == 0 && _rowCount >= 0)
                return;
            var stores = missing.Select(ColumnValues.CreateStore).ToArray();
            var sources = missing.Select(column => _source.Schema[_sourceIndex[column.Index]]).ToArray();
            using var cursor = _source.GetRowCursor(sources);
            var writers = stores.Select((store, i) => store.Writer(cursor, sources[i])).ToArray();
            var count = 0;
            for (; cursor.MoveNext(); count++)
            {
                for (var i = 0; i < stores.Length; i++)
                {
                    stores[i].EnsureCapacity(count + 1);
                    writers[i](count);
                }
            }
            for (var i = 0; i < stores.Length; i++)
                _stores[missing[i].Index] = stores[i];
            _rowCount = count;
        }
    }

    private sealed class Cursor : StoreCursor
    {
        private readonly int[] _order;
        private readonly int _parts;
        private readonly int _batchSize;
        private int _batch;
        private int _next;

        public Cursor(CacheView view, bool[] active, int[] order, int part, int parts, int batchSize) : base(view.Schema)
        {
            _order = order;
            _parts = parts;
            _batchSize = batchSize;
            _batch = part;
            _next = part * batchSize;
            Getters = [.. view._stores.Select((store, i) => active[i] ? store.Reader(CurrentSlot) : null)];
        }

        public override long Batch => _batch;

        public override bool MoveNext()
        {
            if (_next >= (_batch + 1) * _batchSize)
            {
                _batch += _parts;
                _next = _batch * _batchSize;
            }
            if (_next >= _order.Length)
            {
                RowPosition = -1;
                return false;
            }
            Slot = _order[_next++];
            RowPosition++;
            return true;
        }

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) => value = new DataViewRowId((ulong)CurrentSlot(), 0);

        private int CurrentSlot() => RowPosition >= 0 ? Slot : throw new InvalidOperationException("The cursor is not on a row.");
    }
}
