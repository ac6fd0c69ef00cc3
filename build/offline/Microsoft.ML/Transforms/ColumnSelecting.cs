using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Transforms;

/// <summary>Keeps or drops columns by name.</summary>
public sealed class ColumnSelectingEstimator : TrivialEstimator<ColumnSelectingTransformer>
{
    private readonly string[] _keep;
    private readonly string[] _drop;

    internal ColumnSelectingEstimator(IHostEnvironment env, string[] keepColumns, string[] dropColumns, bool keepHidden = false, bool ignoreMissing = false)
        : base(new ColumnSelectingTransformer(env, keepColumns, dropColumns, keepHidden, ignoreMissing))
    {
        _keep = keepColumns;
        _drop = dropColumns;
    }

    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        foreach (var name in _keep ?? _drop)
            if (!inputSchema.TryFindColumn(name, out _))
                throw Errors.MissingColumn(nameof(inputSchema), "input", name);
        return new SchemaShape(_keep is null
            ? inputSchema.Where(column => !_drop.Contains(column.Name))
            : _keep.Select(name => inputSchema.First(column => column.Name == name)));
    }
}

/// <summary>Keeps or drops columns by name.</summary>
public sealed class ColumnSelectingTransformer : ITransformer
{
    internal const string Loader = "SelectColumnsTransform";
    private readonly string[] _keep;
    private readonly string[] _drop;
    private readonly bool _keepHidden;
    private readonly bool _ignoreMissing;

    internal ColumnSelectingTransformer(IHostEnvironment env, string[] keepColumns, string[] dropColumns, bool keepHidden = false, bool ignoreMissing = false)
    {
        if (keepColumns is null == dropColumns is null)
            throw new ArgumentException("Either columns to keep or columns to drop are named.");
        _keep = keepColumns;
        _drop = dropColumns;
        _keepHidden = keepHidden;
        _ignoreMissing = ignoreMissing;
    }

    internal ColumnSelectingTransformer(IHostEnvironment env, ModelLoadContext ctx)
    {
        var keeps = ctx.Reader.ReadBoolean();
        _keepHidden = ctx.Reader.ReadBoolean();
        _ignoreMissing = ctx.Reader.ReadBoolean();
        var names = new string[ctx.Reader.ReadInt32()];
        for (var i = 0; i < names.Length; i++)
            names[i] = ctx.Reader.ReadString();
        (_keep, _drop) = keeps ? (names, null) : ((string[])null, names);
    }

    bool ITransformer.IsRowToRowMapper => true;

    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return new View(new EmptyView(inputSchema), Select(inputSchema)).Schema;
    }

    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new View(input, Select(input.Schema));
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return new View(new EmptyView(inputSchema), Select(inputSchema));
    }

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        ctx.SetLoader(Loader);
        ctx.Writer.Write(_keep is not null);
        ctx.Writer.Write(_keepHidden);
        ctx.Writer.Write(_ignoreMissing);
        var names = _keep ?? _drop;
        ctx.Writer.Write(names.Length);
        foreach (var name in names)
            ctx.Writer.Write(name);
    }

    private DataViewSchema.Column[] Select(DataViewSchema schema)
    {
        if (!_ignoreMissing && (_keep ?? _drop).FirstOrDefault(name => schema.GetColumnOrNull(name) is null) is { } missing)
            throw Errors.MissingColumn("inputSchema", "input", missing);
        var visible = schema.Where(column => _keepHidden || !column.IsHidden);
        return _drop is not null
            ? [.. visible.Where(column => !_drop.Contains(column.Name))]
            : [.. _keep.SelectMany(name => visible.Where(column => column.Name == name))];
    }

    private sealed class View : IDataView, IRowToRowMapper
    {
        private readonly IDataView _source;
        private readonly DataViewSchema.Column[] _columns;

        public View(IDataView source, DataViewSchema.Column[] columns)
        {
            _source = source;
            _columns = columns;
            var builder = new DataViewSchema.Builder();
            builder.AddColumns(columns);
            Schema = builder.ToSchema();
        }

        public DataViewSchema Schema { get; }
        public DataViewSchema InputSchema => _source.Schema;
        public DataViewSchema OutputSchema => Schema;
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

        public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns) =>
            Inputs(ColumnValues.ActiveSet(Schema, dependingColumns));

        public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
        {
            ArgumentNullException.ThrowIfNull(input);
            return new Row(this, input, ColumnValues.ActiveSet(Schema, activeColumns));
        }

        private DataViewSchema.Column[] Inputs(bool[] active) => [.. _columns.Where((_, i) => active[i])];

        private ValueGetter<T> Getter<T>(DataViewRow input, bool[] active, DataViewSchema.Column column) =>
            column.Index < active.Length && active[column.Index]
                ? input.GetGetter<T>(input.Schema[_columns[column.Index].Index])
                : throw Errors.InactiveColumn(column);

        private sealed class Cursor(View view, DataViewRowCursor input, bool[] active) : WrappingCursor(input, view.Schema)
        {
            public override bool IsColumnActive(DataViewSchema.Column column) => active[column.Index];
            public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => view.Getter<TValue>(Input, active, column);
        }

        private sealed class Row(View view, DataViewRow input, bool[] active) : DataViewRow
        {
            public override DataViewSchema Schema => view.Schema;
            public override long Position => input.Position;
            public override long Batch => input.Batch;
            public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();
            public override bool IsColumnActive(DataViewSchema.Column column) => active[column.Index];
            public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => view.Getter<TValue>(input, active, column);

            protected override void Dispose(bool disposing)
            {
                if (disposing)
                    input.Dispose();
                base.Dispose(disposing);
            }
        }
    }
}
