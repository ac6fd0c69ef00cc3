using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Objects in memory as a data view. A list can be read in any order; another sequence only from its start.</summary>
internal sealed class EnumerableView<TRow> : IDataView where TRow : class
{
    private readonly IEnumerable<TRow> _data;
    private readonly MemberColumn<TRow>[] _columns;

    public EnumerableView(IEnumerable<TRow> data, SchemaDefinition definition)
    {
        _data = data ?? throw new ArgumentNullException(nameof(data));
        _columns = MemberColumn<TRow>.Create(definition, SchemaDefinition.Direction.Read);
        Schema = PocoRow<TRow>.SchemaOf(_columns);
    }

    public bool CanShuffle => _data is IList<TRow>;
    public DataViewSchema Schema { get; }
    public long? GetRowCount() => _data is ICollection<TRow> collection ? collection.Count : null;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null) =>
        new Cursor(this, ColumnValues.ActiveSet(Schema, columnsNeeded), rand);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor : DataViewRowCursor
    {
        private readonly IEnumerator<TRow> _rows;
        private readonly Delegate[] _getters;
        private readonly int[] _order;
        private long _position = -1;

        public Cursor(EnumerableView<TRow> view, bool[] active, Random random)
        {
            Schema = view.Schema;
            IEnumerable<TRow> rows = view._data;
            if (random is not null && view._data is IList<TRow> list)
            {
                _order = [.. Enumerable.Range(0, list.Count)];
                random.Shuffle(_order);
                rows = _order.Select(index => list[index]);
            }
            _rows = rows.GetEnumerator();
            _getters = [.. view._columns.Select((column, i) => active[i] ? column.MakeGetter(Current) : null)];
        }

        public override DataViewSchema Schema { get; }
        public override long Position => _position;
        public override long Batch => 0;
        public override bool IsColumnActive(DataViewSchema.Column column) => _getters[column.Index] is not null;

        public override bool MoveNext()
        {
            if (!_rows.MoveNext())
            {
                _position = -1;
                return false;
            }
            _position++;
            return true;
        }

        public override ValueGetter<DataViewRowId> GetIdGetter() =>
            (ref DataViewRowId value) => value = new DataViewRowId((ulong)(_order is null ? _position : _order[_position]), 0);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) =>
            Errors.Typed<TValue>(column.Index < _getters.Length ? _getters[column.Index] : null, column);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                _rows.Dispose();
            base.Dispose(disposing);
        }

        private TRow Current() => _rows.Current ?? throw new InvalidOperationException("The data holds a null row, or the cursor is not on a row.");
    }
}
