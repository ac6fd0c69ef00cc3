using System.Collections.Concurrent;

namespace Microsoft.ML.Data;

/// <summary>Which custom column type a .NET type stands for, by process.</summary>
public static class DataViewTypeManager
{
    private static readonly ConcurrentDictionary<(Type, DataViewTypeAttribute), DataViewType> s_types = new();

    public static void Register(DataViewType dataViewType, Type type, IEnumerable<Attribute> typeAttributes) =>
        Register(dataViewType, type, typeAttributes?.OfType<DataViewTypeAttribute>().SingleOrDefault());

    public static void Register(DataViewType dataViewType, Type type, DataViewTypeAttribute typeAttribute = null)
    {
        ArgumentNullException.ThrowIfNull(dataViewType);
        ArgumentNullException.ThrowIfNull(type);
        if (ColumnTypes.FromMemberType(type) is not null)
            throw new ArgumentException($"Type {type} has already been registered as ML.NET's default supported type, so it can't be registered again.", nameof(type));
        if (dataViewType.RawType != type)
            throw new ArgumentException($"The column type {dataViewType} has values of {dataViewType.RawType}, not {type}.", nameof(type));
        var known = s_types.GetOrAdd((type, typeAttribute), dataViewType);
        if (!known.Equals(dataViewType))
            throw new InvalidOperationException($"Type {type} has been registered as {known} and cannot also be {dataViewType}.");
    }

    internal static DataViewType Find(Type type, DataViewTypeAttribute attribute) => s_types.GetValueOrDefault((type, attribute));
}
