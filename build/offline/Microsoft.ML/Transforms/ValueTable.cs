using System.Reflection;
using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

/// <summary>The table of a value mapping, with values or vectors of values of built-in types.</summary>
internal abstract class ValueTable
{
    public PrimitiveDataViewType KeyType { get; private init; }
    public DataViewType ValueType { get; private init; }

    public abstract Delegate MakeGetter(DataViewRow row, DataViewSchema.Column column);
    public abstract void Write(BinaryWriter writer);
    private protected abstract void ReadRows(BinaryReader reader);

    public static ValueTable Create<TKey, TValue>(IEnumerable<KeyValuePair<TKey, TValue>> pairs) => Make(
        Primitive(typeof(TKey)), Primitive(typeof(TValue)),
        pairs.Select(pair => (Raw(pair.Key), Raw(pair.Value))));

    public static ValueTable CreateVectors<TKey, TValue>(IEnumerable<KeyValuePair<TKey, TValue[]>> pairs)
    {
        var rows = pairs.ToArray();
        var item = Primitive(typeof(TValue));
        var sizes = rows.Select(row => row.Value.Length).Distinct().ToArray();
        return Make(Primitive(typeof(TKey)), new VectorDataViewType(item, sizes.Length == 1 ? sizes[0] : 0),
            rows.Select(row => (Raw(row.Key), RawVector(row.Value))));
    }

    public static ValueTable Read(BinaryReader reader)
    {
        var table = New((PrimitiveDataViewType)SchemaCodec.ReadType(reader), SchemaCodec.ReadType(reader));
        table.ReadRows(reader);
        return table;
    }

    private protected abstract void Add(object key, object value);

    private static ValueTable Make(PrimitiveDataViewType keyType, DataViewType valueType, IEnumerable<(object, object)> rows)
    {
        var table = New(keyType, valueType);
        foreach (var (key, value) in rows)
            table.Add(key, value);
        return table;
    }

    private static ValueTable New(PrimitiveDataViewType keyType, DataViewType valueType)
    {
        var make = typeof(ValueTable).GetMethod(nameof(NewCore), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(keyType.RawType, valueType.RawType, ColumnTypes.ItemTypeOf(valueType).RawType);
        return (ValueTable)make.Invoke(null, [keyType, valueType]);
    }

    private static ValueTable NewCore<TKey, TValue, TItem>(PrimitiveDataViewType keyType, DataViewType valueType) =>
        new Table<TKey, TValue, TItem> { KeyType = keyType, ValueType = valueType };

    private static PrimitiveDataViewType Primitive(Type type) => ColumnTypes.FromMemberType(type)
        ?? throw new InvalidOperationException($"Values of {type} cannot be mapped.");

    private static object Raw<T>(T value) => value is string text ? text.AsMemory() : value;

    private static object RawVector<T>(T[] values) => values is string[] texts
        ? new VBuffer<ReadOnlyMemory<char>>(texts.Length, [.. texts.Select(text => text.AsMemory())])
        : new VBuffer<T>(values.Length, [.. values]);

    private sealed class Table<TKey, TValue, TItem> : ValueTable
    {
        // Texts are compared by their characters, so the dictionary's own key for them is a string.
        private readonly Dictionary<object, (TKey Key, TValue Value)> _rows = [];
        private delegate void Copier(ref TValue from, ref TValue to);

        public override Delegate MakeGetter(DataViewRow row, DataViewSchema.Column column)
        {
            var key = row.GetGetter<TKey>(column);
            var copy = MakeCopier();
            TKey current = default;
            ValueGetter<TValue> getter = (ref TValue value) =>
            {
                key(ref current);
                TValue found = default;
                if (_rows.TryGetValue(Lookup(current), out var pair))
                    found = pair.Value;
                copy(ref found, ref value);
            };
            return getter;
        }

        public override void Write(BinaryWriter writer)
        {
            SchemaCodec.WriteType(writer, KeyType);
            SchemaCodec.WriteType(writer, ValueType);
            writer.Write(_rows.Count);
            foreach (var (key, value) in _rows.Values)
            {
                SchemaCodec.WriteValue(writer, key);
                if (value is VBuffer<TItem> vector)
                {
                    writer.Write(vector.Length);
                    foreach (var item in vector.GetValues())
                        SchemaCodec.WriteValue(writer, item);
                }
                else
                {
                    SchemaCodec.WriteValue(writer, value);
                }
            }
        }

        private protected override void ReadRows(BinaryReader reader)
        {
            for (var left = reader.ReadInt32(); left > 0; left--)
            {
                var key = SchemaCodec.ReadValue<TKey>(reader);
                if (ValueType is not VectorDataViewType)
                {
                    Add(key, SchemaCodec.ReadValue<TValue>(reader));
                    continue;
                }
                var items = new TItem[reader.ReadInt32()];
                for (var i = 0; i < items.Length; i++)
                    items[i] = SchemaCodec.ReadValue<TItem>(reader);
                Add(key, new VBuffer<TItem>(items.Length, items));
            }
        }

        private protected override void Add(object key, object value)
        {
            if (!_rows.TryAdd(Lookup((TKey)key), ((TKey)key, (TValue)value)))
                throw new InvalidOperationException($"Duplicate key '{key}' in value mapping.");
        }

        private static object Lookup(TKey key) => key is ReadOnlyMemory<char> text ? text.ToString() : key;

        private static Copier MakeCopier() => typeof(TValue) == typeof(TItem)
            ? (ref TValue from, ref TValue to) => to = from
            : typeof(Table<TKey, TValue, TItem>).GetMethod(nameof(CopyVector), BindingFlags.NonPublic | BindingFlags.Static)!.CreateDelegate<Copier>();

        private static void CopyVector(ref VBuffer<TItem> from, ref VBuffer<TItem> to) => from.CopyTo(ref to);
    }
}
