using System.Reflection;
using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>Reads delimited text files.</summary>
public static class TextLoaderSaverCatalog
{
    public static TextLoader CreateTextLoader(this DataOperationsCatalog catalog, TextLoader.Options options, IMultiStreamSource dataSample = null) =>
        new(catalog.Environment, options, dataSample);

    public static IDataView LoadFromTextFile(this DataOperationsCatalog catalog, string path, TextLoader.Column[] columns, char separatorChar = '\t',
        bool hasHeader = false, bool allowQuoting = false, bool trimWhitespace = false, bool allowSparse = false) =>
        Load(catalog, path, Options(columns, separatorChar, hasHeader, allowQuoting, trimWhitespace, allowSparse));

    public static IDataView LoadFromTextFile(this DataOperationsCatalog catalog, string path, TextLoader.Options options = null) =>
        Load(catalog, path, options ?? throw new ArgumentNullException(nameof(options)));

    public static IDataView LoadFromTextFile<TInput>(this DataOperationsCatalog catalog, string path, char separatorChar = '\t',
        bool hasHeader = false, bool allowQuoting = false, bool trimWhitespace = false, bool allowSparse = false) =>
        Load(catalog, path, Options(ColumnsOf(typeof(TInput)), separatorChar, hasHeader, allowQuoting, trimWhitespace, allowSparse));

    private static IDataView Load(DataOperationsCatalog catalog, string path, TextLoader.Options options)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!File.Exists(path))
            throw new ArgumentOutOfRangeException(nameof(path), $"File does not exist at path: {path}");
        return new TextLoader(catalog.Environment, options).Load(new MultiFileSource(path));
    }

    private static TextLoader.Options Options(TextLoader.Column[] columns, char separator, bool header, bool quoting, bool trim, bool sparse) => new()
    {
        Columns = columns ?? throw new ArgumentNullException(nameof(columns)),
        Separators = [separator],
        HasHeader = header,
        AllowQuoting = quoting,
        TrimWhitespace = trim,
        AllowSparse = sparse,
    };

    private static TextLoader.Column[] ColumnsOf(Type type)
    {
        var columns = new List<TextLoader.Column>();
        foreach (var column in SchemaDefinition.Create(type, SchemaDefinition.Direction.Both))
        {
            var member = type.GetMember(column.MemberName, BindingFlags.Public | BindingFlags.Instance)[0];
            var load = member.GetCustomAttribute<LoadColumnAttribute>()
                ?? throw new InvalidOperationException($"{(member is FieldInfo ? "Field" : "Property")} '{member.Name}' is missing the LoadColumn attribute");
            columns.Add(new TextLoader.Column(column.ColumnName, ColumnTypes.KindOf(ColumnTypes.ItemTypeOf(column.ColumnType).RawType), load.Ranges));
            if (column.ColumnType is VectorDataViewType)
                columns[^1].Source[0].ForceVector = true;
        }
        return [.. columns];
    }
}
