namespace Microsoft.ML.Data;

/// <summary>Writes column types, schemas and values of the built-in types. Columns of custom types are left out of schemas.</summary>
internal static class SchemaCodec
{
    private enum TypeKind : byte { Scalar, Key, Vector }

    public static void Write(BinaryWriter writer, DataViewSchema schema)
    {
        var columns = schema.Where(column => Storable(column.Type)).ToArray();
        writer.Write(columns.Length);
        foreach (var column in columns)
        {
            writer.Write(column.Name);
            WriteType(writer, column.Type);
        }
    }

    public static DataViewSchema Read(BinaryReader reader)
    {
        var builder = new DataViewSchema.Builder();
        for (var left = reader.ReadInt32(); left > 0; left--)
            builder.AddColumn(reader.ReadString(), ReadType(reader));
        return builder.ToSchema();
    }

    public static void WriteType(BinaryWriter writer, DataViewType type)
    {
        switch (type)
        {
            case VectorDataViewType vector:
                writer.Write((byte)TypeKind.Vector);
                WriteType(writer, vector.ItemType);
                writer.Write(vector.Dimensions.Length);
                foreach (var dimension in vector.Dimensions)
                    writer.Write(dimension);
                break;
            case KeyDataViewType key:
                writer.Write((byte)TypeKind.Key);
                writer.Write((byte)ColumnTypes.KindOf(key.RawType));
                writer.Write(key.Count);
                break;
            default:
                writer.Write((byte)TypeKind.Scalar);
                writer.Write((byte)ColumnTypes.KindOf(type.RawType));
                break;
        }
    }

    public static DataViewType ReadType(BinaryReader reader)
    {
        switch ((TypeKind)reader.ReadByte())
        {
            case TypeKind.Vector:
                var item = (PrimitiveDataViewType)ReadType(reader);
                var dimensions = new int[reader.ReadInt32()];
                for (var i = 0; i < dimensions.Length; i++)
                    dimensions[i] = reader.ReadInt32();
                return new VectorDataViewType(item, dimensions);
            case TypeKind.Key:
                return new KeyDataViewType(ColumnTypes.FromKind((DataKind)reader.ReadByte()).RawType, reader.ReadUInt64());
            case TypeKind.Scalar:
                return ColumnTypes.FromKind((DataKind)reader.ReadByte());
            default:
                throw new FormatException("The model file holds an unknown column type.");
        }
    }

    public static void WriteValue<T>(BinaryWriter writer, T value)
    {
        switch (value)
        {
            case ReadOnlyMemory<char> text: writer.Write(text.ToString()); break;
            case bool v: writer.Write(v); break;
            case sbyte v: writer.Write(v); break;
            case byte v: writer.Write(v); break;
            case short v: writer.Write(v); break;
            case ushort v: writer.Write(v); break;
            case int v: writer.Write(v); break;
            case uint v: writer.Write(v); break;
            case long v: writer.Write(v); break;
            case ulong v: writer.Write(v); break;
            case float v: writer.Write(v); break;
            case double v: writer.Write(v); break;
            case DateTime v: writer.Write(v.ToBinary()); break;
            case TimeSpan v: writer.Write(v.Ticks); break;
            case DateTimeOffset v: writer.Write(v.Ticks); writer.Write(v.Offset.Ticks); break;
            default: throw new NotSupportedException($"Values of {typeof(T)} cannot be saved.");
        }
    }

    public static T ReadValue<T>(BinaryReader reader)
    {
        object value = default(T) switch
        {
            ReadOnlyMemory<char> => reader.ReadString().AsMemory(),
            bool => reader.ReadBoolean(),
            sbyte => reader.ReadSByte(),
            byte => reader.ReadByte(),
            short => reader.ReadInt16(),
            ushort => reader.ReadUInt16(),
            int => reader.ReadInt32(),
            uint => reader.ReadUInt32(),
            long => reader.ReadInt64(),
            ulong => reader.ReadUInt64(),
            float => reader.ReadSingle(),
            double => reader.ReadDouble(),
            DateTime => DateTime.FromBinary(reader.ReadInt64()),
            TimeSpan => new TimeSpan(reader.ReadInt64()),
            DateTimeOffset => new DateTimeOffset(reader.ReadInt64(), new TimeSpan(reader.ReadInt64())),
            _ => throw new NotSupportedException($"Values of {typeof(T)} cannot be loaded."),
        };
        return (T)value;
    }

    private static bool Storable(DataViewType type) => ColumnTypes.IsBuiltIn(type) && ColumnTypes.ItemTypeOf(type) is not RowIdDataViewType;
}
