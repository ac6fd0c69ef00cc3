using System.Reflection;

namespace Microsoft.ML.Data;

/// <summary>How the members of a class map to columns.</summary>
public sealed class SchemaDefinition : List<SchemaDefinition.Column>
{
    private SchemaDefinition() { }

    public Column this[string columnName]
    {
        get => Find(column => column.ColumnName == columnName) ?? throw new ArgumentOutOfRangeException(nameof(columnName), $"Column '{columnName}' not found");
        set
        {
            var index = FindIndex(column => column.ColumnName == columnName);
            if (index < 0)
                Add(value);
            else
                this[index] = value;
        }
    }

    public static SchemaDefinition Create(Type userType, Direction direction = Direction.Both)
    {
        ArgumentNullException.ThrowIfNull(userType);
        var definition = new SchemaDefinition();
        foreach (var member in MembersOf(userType, direction))
        {
            if (member.GetCustomAttribute<NoColumnAttribute>() is not null)
                continue;
            var name = member.GetCustomAttribute<ColumnNameAttribute>()?.Name ?? member.Name;
            if (definition.Exists(column => column.ColumnName == name))
                throw new ArgumentException($"The class {userType} has two members for the column '{name}'.", nameof(userType));
            definition.Add(new Column(member.Name, TypeOf(member), name));
        }
        return definition;
    }

    internal static Type MemberType(MemberInfo member) => member is FieldInfo field ? field.FieldType : ((PropertyInfo)member).PropertyType;

    private static IEnumerable<MemberInfo> MembersOf(Type type, Direction direction)
    {
        const BindingFlags Public = BindingFlags.Public | BindingFlags.Instance;
        var fields = type.GetFields(Public).Where(field => !direction.HasFlag(Direction.Write) || !field.IsInitOnly);
        var properties = type.GetProperties(Public).Where(property => property.GetIndexParameters().Length == 0
            && (!direction.HasFlag(Direction.Read) || property.GetMethod is { IsPublic: true })
            && (!direction.HasFlag(Direction.Write) || property.SetMethod is { IsPublic: true }));
        return fields.Concat<MemberInfo>(properties);
    }

    private static DataViewType TypeOf(MemberInfo member)
    {
        var type = MemberType(member);
        var custom = member.GetCustomAttribute<DataViewTypeAttribute>();
        if (custom is not null)
        {
            custom.Register();
            return DataViewTypeManager.Find(type, custom) ?? DataViewTypeManager.Find(type, null) ?? throw Unknown(member);
        }

        var isVector = type.IsArray || type.IsGenericType && type.GetGenericTypeDefinition() == typeof(VBuffer<>);
        var itemMemberType = type.IsArray ? type.GetElementType() : isVector ? type.GetGenericArguments()[0] : type;
        var item = ColumnTypes.FromMemberType(itemMemberType) ?? DataViewTypeManager.Find(itemMemberType, null) ?? throw Unknown(member);
        if (member.GetCustomAttribute<KeyTypeAttribute>() is { } key)
        {
            if (!KeyDataViewType.IsValidDataType(item.RawType))
                throw new ArgumentException($"Member {member.Name} marked with KeyType attribute, but does not appear to be a valid kind of data for a key type");
            item = new KeyDataViewType(item.RawType, key.Count ?? KeyDataViewType.MaxCount(item.RawType));
        }
        if (!isVector)
            return item;
        return item is PrimitiveDataViewType primitive
            ? new VectorDataViewType(primitive, member.GetCustomAttribute<VectorTypeAttribute>()?.Dims ?? [0])
            : throw Unknown(member);
    }

    private static ArgumentOutOfRangeException Unknown(MemberInfo member) => new("userType",
        $"Could not determine an IDataView type and registered custom types for member {member.Name}");

    /// <summary>One member's column.</summary>
    public sealed class Column
    {
        private readonly DataViewSchema.Annotations.Builder _annotations = new();

        internal Column(string memberName, DataViewType columnType, string columnName = null)
        {
            MemberName = memberName;
            ColumnType = columnType;
            ColumnName = columnName ?? memberName;
        }

        public string MemberName { get; }
        public string ColumnName { get; set; }
        public DataViewType ColumnType { get; set; }
        public DataViewSchema.Annotations Annotations => _annotations.ToAnnotations();

        public void AddAnnotation<T>(string kind, T value, DataViewType annotationType) =>
            _annotations.Add(kind, annotationType, (ref T destination) => destination = value);
    }

    /// <summary>Whether a class is read from, written to, or both.</summary>
    [Flags]
    public enum Direction
    {
        Read = 1,
        Write = 2,
        Both = Read | Write,
    }
}
