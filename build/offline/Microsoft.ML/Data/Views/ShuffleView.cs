namespace Microsoft.ML.Data;

/// <summary>Rows in a random order, the same at each reading: drawn from a pool of rows read ahead.</summary>
internal sealed class ShuffleView : IDataView
{
    private readonly IDataView _source;
    private readonly int[] _sourceIndex;
    private readonly int _poolSize;
    private readonly bool _shuffleSource;
    private readonly int _seed;

    public ShuffleView(IDataView source, int seed, int poolSize, bool shuffleSource)
    {
        _source = source ?? throw new ArgumentNullException(nameof(source));
        ArgumentOutOfRangeException.ThrowIfLessThan(poolSize, 1);
        _seed = seed;
        _poolSize = poolSize;
        _shuffleSource = shuffleSource;
        var kept = source.Schema.Where(column => ColumnTypes.IsCacheable(column.Type)).ToArray();
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(kept);
        Schema = builder.ToSchema();
        _sourceIndex = [.. kept.Select(column => column.Index)];
    }

    public bool CanShuffle => true;
    public DataViewSchema Schema { get; }
    public long? GetRowCount() => _source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null) =>
        new Cursor(this, ColumnValues.ActiveSet(Schema, columnsNeeded), rand ?? new Random(_seed));

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor : StoreCursor
    {
        private readonly DataViewRowCursor _input;
        private readonly Random _random;
        private readonly List<Action<int>> _writers = [];
        private readonly ValueGetter<DataViewRowId> _inputId;
        private readonly DataViewRowId[] _ids;
        private readonly List<int> _filled = [];
        private readonly Stack<int> _free = new();
        private bool _ended;

        public Cursor(ShuffleView view, bool[] active, Random random) : base(view.Schema)
        {
            _random = random;
            var sources = ColumnValues.Selected(view.Schema, active).Select(column => view._source.Schema[view._sourceIndex[column.Index]]).ToArray();
            _input = view._source.GetRowCursor(sources, view._shuffleSource && view._source.CanShuffle ? random : null);
            _inputId = _input.GetIdGetter();
            _ids = new DataViewRowId[view._poolSize + 1];
            Getters = new Delegate[view.Schema.Count];
            foreach (var column in ColumnValues.Selected(view.Schema, active))
            {
                var store = ColumnValues.CreateStore(column);
                store.EnsureCapacity(_ids.Length);
                _writers.Add(store.Writer(_input, view._source.Schema[view._sourceIndex[column.Index]]));
                Getters[column.Index] = store.Reader(() => RowPosition >= 0 ? Slot : throw new InvalidOperationException("The cursor is not on a row."));
            }
            // One slot more than the pool: the row being shown stays readable while the pool is filled up.
            for (var slot = _ids.Length - 1; slot >= 0; slot--)
                _free.Push(slot);
        }

        public override bool MoveNext()
        {
            if (RowPosition >= 0)
                _free.Push(Slot);
            while (!_ended && _filled.Count < _ids.Length - 1)
            {
                if (!_input.MoveNext())
                {
                    _ended = true;
                    break;
                }
                var slot = _free.Pop();
                foreach (var write in _writers)
                    write(slot);
                _inputId(ref _ids[slot]);
                _filled.Add(slot);
            }
            if (_filled.Count == 0)
            {
                RowPosition = -1;
                return false;
            }
            var drawn = _random.Next(_filled.Count);
            Slot = _filled[drawn];
            _filled[drawn] = _filled[^1];
            _filled.RemoveAt(_filled.Count - 1);
            RowPosition++;
            return true;
        }

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) => value = _ids[Slot];

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                _input.Dispose();
            base.Dispose(disposing);
        }
    }
}
