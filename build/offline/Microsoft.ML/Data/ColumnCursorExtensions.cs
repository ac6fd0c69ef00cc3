using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Reads one column as a sequence.</summary>
public static class ColumnCursorExtensions
{
    public static IEnumerable<T> GetColumn<T>(this IDataView data, string columnName)
    {
        ArgumentNullException.ThrowIfNull(data);
        return data.GetColumn<T>(data.Schema.GetColumnOrNull(columnName) ?? throw Errors.MissingColumn(nameof(columnName), "input", columnName));
    }

    public static IEnumerable<T> GetColumn<T>(this IDataView data, DataViewSchema.Column column)
    {
        ArgumentNullException.ThrowIfNull(data);
        var raw = column.Type.RawType;
        if (raw == typeof(T) && column.Type is not VectorDataViewType)
            return Read<T, T>(data, column, () => new PlainCodec<T>());
        if (raw == typeof(T))
            return Read<T, T>(data, column, () => Codec<T, T>(typeof(BufferCodec<>), raw.GetGenericArguments()[0]));
        if (typeof(T) == typeof(string) && raw == typeof(ReadOnlyMemory<char>))
            return (IEnumerable<T>)Read<string, ReadOnlyMemory<char>>(data, column, () => new TextCodec());
        if (typeof(T) == typeof(string[]) && raw == typeof(VBuffer<ReadOnlyMemory<char>>))
            return (IEnumerable<T>)Read<string[], VBuffer<ReadOnlyMemory<char>>>(data, column, () => new TextArrayCodec());
        if (typeof(T).IsArray && raw == typeof(VBuffer<>).MakeGenericType(typeof(T).GetElementType()))
        {
            var method = typeof(ColumnCursorExtensions).GetMethod(nameof(ReadArrays), System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static);
            return (IEnumerable<T>)method!.MakeGenericMethod(typeof(T).GetElementType()).Invoke(null, [data, column]);
        }
        throw new InvalidOperationException($"Can't bind the IDataView column '{column.Name}' of type '{column.Type}' to type '{typeof(T)}'.");
    }

    private static ICodec<TMember, TRaw> Codec<TMember, TRaw>(Type definition, Type item) =>
        (ICodec<TMember, TRaw>)Activator.CreateInstance(definition.MakeGenericType(item));

    private static IEnumerable<TItem[]> ReadArrays<TItem>(IDataView data, DataViewSchema.Column column) =>
        Read<TItem[], VBuffer<TItem>>(data, column, () => new ArrayCodec<TItem>());

    private static IEnumerable<TMember> Read<TMember, TRaw>(IDataView data, DataViewSchema.Column column, Func<ICodec<TMember, TRaw>> makeCodec)
    {
        var codec = makeCodec();
        using var cursor = data.GetRowCursor([column]);
        var getter = cursor.GetGetter<TRaw>(column);
        TRaw value = default;
        while (cursor.MoveNext())
        {
            getter(ref value);
            yield return codec.ToMember(value, default);
        }
    }
}
