using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>A cursor over another one's rows; subclasses decide which rows and columns there are.</summary>
internal abstract class WrappingCursor(DataViewRowCursor input, DataViewSchema schema) : DataViewRowCursor
{
    private bool _disposed;

    protected DataViewRowCursor Input { get; } = input;
    public override DataViewSchema Schema { get; } = schema;
    public override long Position => Input.Position;
    public override long Batch => Input.Batch;
    public override bool MoveNext() => Input.MoveNext();
    public override ValueGetter<DataViewRowId> GetIdGetter() => Input.GetIdGetter();
    public override bool IsColumnActive(DataViewSchema.Column column) => Input.IsColumnActive(Input.Schema[column.Index]);
    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) =>
        IsColumnActive(column) ? Input.GetGetter<TValue>(Input.Schema[column.Index]) : throw Errors.InactiveColumn(column);

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
            Input.Dispose();
        _disposed = true;
        base.Dispose(disposing);
    }
}

/// <summary>Helpers over columns whose type is known only at run time.</summary>
internal static class ColumnValues
{
    /// <summary>The getter of a column as a delegate of its raw type.</summary>
    public static Delegate GetGetter(DataViewRow row, DataViewSchema.Column column) => Call<Delegate>(nameof(GetGetterCore), column.Type.RawType, row, column);

    /// <summary>A getter of boxed copies.</summary>
    public static Func<object> GetBoxed(DataViewRow row, DataViewSchema.Column column) =>
        Call<Func<object>>(nameof(GetBoxedCore), column.Type.RawType, row, column);

    /// <summary>Storage for kept values of a column.</summary>
    public static ColumnStore CreateStore(DataViewSchema.Column column) =>
        (ColumnStore)Activator.CreateInstance(typeof(ColumnStore<>).MakeGenericType(column.Type.RawType));

    public static bool[] ActiveSet(DataViewSchema schema, IEnumerable<DataViewSchema.Column> columns)
    {
        var active = new bool[schema.Count];
        foreach (var column in columns)
        {
            if (column.Index >= active.Length || schema[column.Index].Name != column.Name)
                throw new ArgumentOutOfRangeException(nameof(columns), $"The column '{column.Name}' is not one of this data view's.");
            active[column.Index] = true;
        }
        return active;
    }

    public static IEnumerable<DataViewSchema.Column> Selected(DataViewSchema schema, bool[] active) => schema.Where(column => active[column.Index]);

    private static TResult Call<TResult>(string method, Type type, params object[] arguments) =>
        (TResult)typeof(ColumnValues).GetMethod(method, System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!
            .MakeGenericMethod(type).Invoke(null, System.Reflection.BindingFlags.DoNotWrapExceptions, null, arguments, null);

    private static ValueGetter<T> GetGetterCore<T>(DataViewRow row, DataViewSchema.Column column) => row.GetGetter<T>(column);

    private static Func<object> GetBoxedCore<T>(DataViewRow row, DataViewSchema.Column column)
    {
        var getter = row.GetGetter<T>(column);
        return () =>
        {
            T value = default;
            getter(ref value);
            return value;
        };
    }
}

/// <summary>Kept values of one column, by slot.</summary>
internal abstract class ColumnStore
{
    public abstract Action<int> Writer(DataViewRow row, DataViewSchema.Column column);
    public abstract Delegate Reader(Func<int> slot);
    public abstract void EnsureCapacity(int slots);
}

internal sealed class ColumnStore<T> : ColumnStore
{
    private delegate void Copier(ref T from, ref T to);

    private static readonly Copier s_copy = MakeCopier();
    private T[] _values = [];

    public override void EnsureCapacity(int slots)
    {
        if (slots > _values.Length)
            Array.Resize(ref _values, Math.Max(slots, Math.Max(16, _values.Length * 2)));
    }

    public override Action<int> Writer(DataViewRow row, DataViewSchema.Column column)
    {
        var getter = row.GetGetter<T>(column);
        T buffer = default;
        return slot =>
        {
            getter(ref buffer);
            T copy = default;
            s_copy(ref buffer, ref copy);
            _values[slot] = copy;
        };
    }

    public override Delegate Reader(Func<int> slot)
    {
        ValueGetter<T> getter = (ref T value) => s_copy(ref _values[slot()], ref value);
        return getter;
    }

    private static Copier MakeCopier()
    {
        if (!typeof(T).IsGenericType || typeof(T).GetGenericTypeDefinition() != typeof(VBuffer<>))
            return (ref T from, ref T to) => to = from;
        var method = typeof(ColumnStore<T>).GetMethod(nameof(CopyBuffer), System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static);
        return method!.MakeGenericMethod(typeof(T).GetGenericArguments()[0]).CreateDelegate<Copier>();
    }

    private static void CopyBuffer<TItem>(ref VBuffer<TItem> from, ref VBuffer<TItem> to) => from.CopyTo(ref to);
}

/// <summary>A cursor whose getters read stores at the slot that the cursor is at.</summary>
internal abstract class StoreCursor(DataViewSchema schema) : DataViewRowCursor
{
    protected long RowPosition = -1;
    protected int Slot;
    protected Delegate[] Getters;

    public override DataViewSchema Schema { get; } = schema;
    public override long Position => RowPosition;
    public override long Batch => 0;
    public override bool IsColumnActive(DataViewSchema.Column column) => Getters[column.Index] is not null;
    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) =>
        Errors.Typed<TValue>(column.Index < Getters.Length ? Getters[column.Index] : null, column);
}
