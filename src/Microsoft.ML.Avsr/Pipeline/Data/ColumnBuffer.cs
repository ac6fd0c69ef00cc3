using System.Reflection;
using Microsoft.ML.Data;

namespace Microsoft.ML.Avsr;

/// <summary>Values of one column for a block of rows, of a type known only at run time.</summary>
internal abstract class ColumnBuffer
{
    /// <summary>Copies the current row's value into a slot.</summary>
    public abstract void Capture(int slot);

    /// <summary>A <see cref="ValueGetter{TValue}"/> that reads the slot that <paramref name="current"/> names.</summary>
    public abstract Delegate Getter(Func<int> current);

    /// <summary>Makes the buffer of a column of a row.</summary>
    public static ColumnBuffer Create(DataViewRow row, DataViewSchema.Column column, int slots)
    {
        var method = typeof(ColumnBuffer).GetMethod(nameof(CreateCore), BindingFlags.NonPublic | BindingFlags.Static)!;
        return (ColumnBuffer)method.MakeGenericMethod(column.Type.RawType).Invoke(null, BindingFlags.DoNotWrapExceptions, null, [row, column, slots], null)!;
    }

    private static ColumnBuffer<T> CreateCore<T>(DataViewRow row, DataViewSchema.Column column, int slots) => new(row.GetGetter<T>(column), slots);
}

/// <summary>Values of one column for a block of rows.</summary>
internal sealed class ColumnBuffer<T>(ValueGetter<T> source, int slots) : ColumnBuffer
{
    private delegate void Copier(ref T from, ref T to);

    private static readonly Copier s_copy = MakeCopier();
    private readonly T[] _values = new T[slots];

    public override void Capture(int slot) => source(ref _values[slot]);

    public override Delegate Getter(Func<int> current)
    {
        ValueGetter<T> getter = (ref T value) => s_copy(ref _values[current()], ref value);
        return getter;
    }

    // A vector's arrays are filled again when the slot is used again, so whoever asks gets a copy; other values are immutable.
    private static Copier MakeCopier()
    {
        if (!typeof(T).IsGenericType || typeof(T).GetGenericTypeDefinition() != typeof(VBuffer<>))
            return static (ref T from, ref T to) => to = from;
        var method = typeof(ColumnBuffer<T>).GetMethod(nameof(CopyVector), BindingFlags.NonPublic | BindingFlags.Static)!;
        return method.MakeGenericMethod(typeof(T).GetGenericArguments()[0]).CreateDelegate<Copier>();
    }

    private static void CopyVector<TItem>(ref VBuffer<TItem> from, ref VBuffer<TItem> to) => from.CopyTo(ref to);
}
