using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Presents an object as a row.</summary>
internal sealed class PocoRow<TRow> : DataViewRow where TRow : class
{
    private readonly Delegate[] _getters;
    private long _position = -1;

    public PocoRow(MemberColumn<TRow>[] columns, DataViewSchema schema)
    {
        Schema = schema;
        _getters = [.. columns.Select(column => column.MakeGetter(() => Value ?? throw new InvalidOperationException("The row holds no object yet.")))];
    }

    public TRow Value { get; private set; }
    public override DataViewSchema Schema { get; }
    public override long Position => _position;
    public override long Batch => 0;
    public override bool IsColumnActive(DataViewSchema.Column column) => column.Index < _getters.Length;

    public void Set(TRow value)
    {
        Value = value;
        _position++;
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) => value = new DataViewRowId((ulong)_position, 0);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) =>
        Errors.Typed<TValue>(column.Index < _getters.Length ? _getters[column.Index] : null, column);

    public static DataViewSchema SchemaOf(MemberColumn<TRow>[] columns)
    {
        var builder = new DataViewSchema.Builder();
        foreach (var column in columns)
            builder.AddColumn(column.Name, column.Type, column.Annotations);
        return builder.ToSchema();
    }
}

/// <summary>Fills objects from rows of a schema.</summary>
internal sealed class RowReader<TRow> where TRow : class
{
    private readonly (MemberColumn<TRow> Member, DataViewSchema.Column Column)[] _pairs;

    public RowReader(DataViewSchema schema, bool ignoreMissingColumns, SchemaDefinition definition)
    {
        var pairs = new List<(MemberColumn<TRow>, DataViewSchema.Column)>();
        foreach (var member in MemberColumn<TRow>.Create(definition, SchemaDefinition.Direction.Write))
        {
            if (schema.GetColumnOrNull(member.Name) is not { } column)
            {
                if (ignoreMissingColumns)
                    continue;
                throw new ArgumentOutOfRangeException(nameof(schema), $"Could not find column '{member.Name}'");
            }
            if (!Fits(column.Type, member.Type))
                throw new InvalidOperationException(
                    $"Can't bind the IDataView column '{column.Name}' of type '{column.Type}' to field or property '{member.MemberName}' of type '{member.Type}'.");
            pairs.Add((member, column));
        }
        _pairs = [.. pairs];
    }

    public IEnumerable<DataViewSchema.Column> Columns => _pairs.Select(pair => pair.Column);

    public Action<TRow> Bind(DataViewRow row)
    {
        var setters = _pairs.Select(pair => pair.Member.MakeSetter(row, pair.Column)).ToArray();
        return target =>
        {
            foreach (var setter in setters)
                setter(target);
        };
    }

    private static bool Fits(DataViewType column, DataViewType member) => (column, member) switch
    {
        (VectorDataViewType from, VectorDataViewType to) => Fits(from.ItemType, to.ItemType) && (to.Size == 0 || to.Size == from.Size),
        (KeyDataViewType from, KeyDataViewType to) => from.RawType == to.RawType,
        _ => column.Equals(member),
    };
}
