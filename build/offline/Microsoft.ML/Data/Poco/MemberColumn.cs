using System.Linq.Expressions;
using System.Reflection;

namespace Microsoft.ML.Data;

/// <summary>One member of <typeparamref name="TRow"/> as a column: read into getters, written from getters.</summary>
internal abstract class MemberColumn<TRow> where TRow : class
{
    public string Name { get; private init; }
    public DataViewType Type { get; private init; }
    public DataViewSchema.Annotations Annotations { get; private init; }
    public string MemberName { get; private init; }

    /// <summary>A getter over the row that <paramref name="current"/> returns at the time of the call.</summary>
    public abstract Delegate MakeGetter(Func<TRow> current);

    /// <summary>An action that writes the row's current value of <paramref name="column"/> into the member.</summary>
    public abstract Action<TRow> MakeSetter(DataViewRow input, DataViewSchema.Column column);

    public static MemberColumn<TRow>[] Create(SchemaDefinition definition, SchemaDefinition.Direction direction)
    {
        definition ??= SchemaDefinition.Create(typeof(TRow), direction);
        return [.. definition.Select(Create)];
    }

    private static MemberColumn<TRow> Create(SchemaDefinition.Column column)
    {
        var member = typeof(TRow).GetMember(column.MemberName, BindingFlags.Public | BindingFlags.Instance).FirstOrDefault(m => m is FieldInfo or PropertyInfo)
            ?? throw new ArgumentException($"The class {typeof(TRow)} has no public field or property '{column.MemberName}'.");
        var memberType = SchemaDefinition.MemberType(member);
        var raw = column.ColumnType.RawType;
        Type codec;
        if (memberType == raw)
            codec = column.ColumnType is VectorDataViewType ? typeof(BufferCodec<>).MakeGenericType(raw.GetGenericArguments()[0]) : typeof(PlainCodec<>).MakeGenericType(raw);
        else if (memberType == typeof(string) && raw == typeof(ReadOnlyMemory<char>))
            codec = typeof(TextCodec);
        else if (memberType == typeof(string[]) && raw == typeof(VBuffer<ReadOnlyMemory<char>>))
            codec = typeof(TextArrayCodec);
        else if (memberType.IsArray && raw == typeof(VBuffer<>).MakeGenericType(memberType.GetElementType()))
            codec = typeof(ArrayCodec<>).MakeGenericType(memberType.GetElementType());
        else
            throw new ArgumentException($"The member '{column.MemberName}' of type {memberType} cannot hold the column '{column.ColumnName}' of type {column.ColumnType}.");

        var type = typeof(Bound<,>).MakeGenericType(typeof(TRow), memberType, raw);
        return (MemberColumn<TRow>)Activator.CreateInstance(type, column, member, Activator.CreateInstance(codec));
    }

    private sealed class Bound<TMember, TRaw> : MemberColumn<TRow>
    {
        private readonly Func<TRow, TMember> _read;
        private readonly Action<TRow, TMember> _write;
        private readonly ICodec<TMember, TRaw> _codec;

        public Bound(SchemaDefinition.Column column, MemberInfo member, ICodec<TMember, TRaw> codec)
        {
            Name = column.ColumnName;
            Type = column.ColumnType;
            Annotations = column.Annotations;
            MemberName = column.MemberName;
            _codec = codec;
            var row = Expression.Parameter(typeof(TRow));
            var value = Expression.Parameter(typeof(TMember));
            var access = Expression.MakeMemberAccess(row, member);
            if (member is FieldInfo or PropertyInfo { CanRead: true })
                _read = Expression.Lambda<Func<TRow, TMember>>(access, row).Compile();
            if (member is FieldInfo { IsInitOnly: false } or PropertyInfo { CanWrite: true })
                _write = Expression.Lambda<Action<TRow, TMember>>(Expression.Assign(access, value), row, value).Compile();
        }

        public override Delegate MakeGetter(Func<TRow> current)
        {
            ValueGetter<TRaw> getter = (ref TRaw value) => _codec.ToRaw(_read(current()), ref value);
            return getter;
        }

        public override Action<TRow> MakeSetter(DataViewRow input, DataViewSchema.Column column)
        {
            var getter = input.GetGetter<TRaw>(column);
            TRaw buffer = default;
            return row =>
            {
                getter(ref buffer);
                _write(row, _codec.ToMember(buffer, _read is null ? default : _read(row)));
            };
        }
    }
}

/// <summary>Converts between a member's value and a column's raw value.</summary>
internal interface ICodec<TMember, TRaw>
{
    void ToRaw(TMember member, ref TRaw raw);
    TMember ToMember(TRaw raw, TMember old);
}

internal sealed class PlainCodec<T> : ICodec<T, T>
{
    public void ToRaw(T member, ref T raw) => raw = member;
    public T ToMember(T raw, T old) => raw;
}

internal sealed class TextCodec : ICodec<string, ReadOnlyMemory<char>>
{
    public void ToRaw(string member, ref ReadOnlyMemory<char> raw) => raw = member.AsMemory();
    public string ToMember(ReadOnlyMemory<char> raw, string old) => raw.ToString();
}

internal sealed class BufferCodec<T> : ICodec<VBuffer<T>, VBuffer<T>>
{
    public void ToRaw(VBuffer<T> member, ref VBuffer<T> raw) => member.CopyTo(ref raw);

    // The caller's buffer is filled again for the next row, so the member gets arrays of its own.
    public VBuffer<T> ToMember(VBuffer<T> raw, VBuffer<T> old)
    {
        VBuffer<T> copy = default;
        raw.CopyTo(ref copy);
        return copy;
    }
}

internal sealed class ArrayCodec<T> : ICodec<T[], VBuffer<T>>
{
    public void ToRaw(T[] member, ref VBuffer<T> raw) => VBuffer<T>.Copy(member ?? [], 0, ref raw, member?.Length ?? 0);

    public T[] ToMember(VBuffer<T> raw, T[] old)
    {
        var array = old?.Length == raw.Length ? old : new T[raw.Length];
        raw.CopyTo(array);
        return array;
    }
}

internal sealed class TextArrayCodec : ICodec<string[], VBuffer<ReadOnlyMemory<char>>>
{
    public void ToRaw(string[] member, ref VBuffer<ReadOnlyMemory<char>> raw)
    {
        var editor = VBufferEditor.Create(ref raw, member?.Length ?? 0);
        for (var i = 0; i < editor.Values.Length; i++)
            editor.Values[i] = member[i].AsMemory();
        raw = editor.Commit();
    }

    public string[] ToMember(VBuffer<ReadOnlyMemory<char>> raw, string[] old) => [.. raw.DenseValues().Select(text => text.ToString())];
}
