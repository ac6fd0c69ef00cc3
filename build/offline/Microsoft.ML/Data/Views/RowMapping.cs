using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Columns that are added to a row from that row's own columns.</summary>
internal interface IRowMapper
{
    DataViewSchema.DetachedColumn[] GetOutputColumns();

    /// <summary>Which input columns the asked output columns are made from.</summary>
    bool[] GetDependencies(bool[] activeOutputs);

    /// <summary>Getters for the asked output columns (null for others), reading <paramref name="input"/> as it moves.</summary>
    Delegate[] CreateGetters(DataViewRow input, bool[] activeOutputs);
}

/// <summary>A data view, and a row mapper, that adds a mapper's columns behind the input's.</summary>
internal sealed class RowMapView : IDataView, IRowToRowMapper
{
    private readonly IDataView _source;
    private readonly IRowMapper _mapper;

    public RowMapView(IDataView source, DataViewSchema inputSchema, IRowMapper mapper)
    {
        _source = source;
        _mapper = mapper;
        InputSchema = inputSchema;
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(inputSchema);
        builder.AddColumns(mapper.GetOutputColumns());
        Schema = builder.ToSchema();
    }

    public DataViewSchema InputSchema { get; }
    public DataViewSchema Schema { get; }
    DataViewSchema IRowToRowMapper.OutputSchema => Schema;
    public bool CanShuffle => _source.CanShuffle;
    public long? GetRowCount() => _source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
    {
        var active = ColumnValues.ActiveSet(Schema, columnsNeeded);
        return new Cursor(this, _source.GetRowCursor(Inputs(active), rand), active);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null)
    {
        var active = ColumnValues.ActiveSet(Schema, columnsNeeded);
        return [.. _source.GetRowCursorSet(Inputs(active), n, rand).Select(cursor => new Cursor(this, cursor, active))];
    }

    IEnumerable<DataViewSchema.Column> IRowToRowMapper.GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns) =>
        [.. Inputs(ColumnValues.ActiveSet(Schema, dependingColumns))];

    DataViewRow IRowToRowMapper.GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (!ReferenceEquals(input.Schema, InputSchema))
            throw new ArgumentException("The row's schema is not the mapper's input schema.", nameof(input));
        return new Row(this, input, ColumnValues.ActiveSet(Schema, activeColumns));
    }

    private IEnumerable<DataViewSchema.Column> Inputs(bool[] active)
    {
        var outputs = active[InputSchema.Count..];
        var needed = outputs.Contains(true) ? _mapper.GetDependencies(outputs) : new bool[InputSchema.Count];
        return InputSchema.Where(column => active[column.Index] || needed[column.Index]);
    }

    private ValueGetter<T> Getter<T>(DataViewRow input, Delegate[] getters, bool[] active, DataViewSchema.Column column)
    {
        if (column.Index >= active.Length || !active[column.Index])
            throw Errors.InactiveColumn(column);
        return column.Index < InputSchema.Count
            ? input.GetGetter<T>(input.Schema[column.Index])
            : Errors.Typed<T>(getters[column.Index - InputSchema.Count], column);
    }

    private Delegate[] CreateGetters(DataViewRow input, bool[] active) => _mapper.CreateGetters(input, active[InputSchema.Count..]);

    private sealed class Cursor : WrappingCursor
    {
        private readonly RowMapView _view;
        private readonly bool[] _active;
        private readonly Delegate[] _getters;

        public Cursor(RowMapView view, DataViewRowCursor input, bool[] active) : base(input, view.Schema)
        {
            _view = view;
            _active = active;
            _getters = view.CreateGetters(input, active);
        }

        public override bool IsColumnActive(DataViewSchema.Column column) => _active[column.Index];
        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => _view.Getter<TValue>(Input, _getters, _active, column);
    }

    private sealed class Row(RowMapView view, DataViewRow input, bool[] active) : DataViewRow
    {
        private readonly Delegate[] _getters = view.CreateGetters(input, active);

        public override DataViewSchema Schema => view.Schema;
        public override long Position => input.Position;
        public override long Batch => input.Batch;
        public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();
        public override bool IsColumnActive(DataViewSchema.Column column) => active[column.Index];
        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => view.Getter<TValue>(input, _getters, active, column);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                input.Dispose();
            base.Dispose(disposing);
        }
    }
}

/// <summary>A view without rows, for making schemas and mappers.</summary>
internal sealed class EmptyView(DataViewSchema schema) : IDataView
{
    public bool CanShuffle => true;
    public DataViewSchema Schema { get; } = schema;
    public long? GetRowCount() => 0;
    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null) => new Cursor(this);
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null) => [new Cursor(this)];

    private sealed class Cursor(EmptyView view) : DataViewRowCursor
    {
        public override DataViewSchema Schema => view.Schema;
        public override long Position => -1;
        public override long Batch => 0;
        public override bool MoveNext() => false;
        public override bool IsColumnActive(DataViewSchema.Column column) => true;
        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId _) => throw new InvalidOperationException("There is no row.");
        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => typeof(TValue) == column.Type.RawType
            ? (ref TValue _) => throw new InvalidOperationException("There is no row.")
            : throw Errors.WrongGetterType(column, typeof(TValue));
    }
}
