using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Reads delimited text files lazily, a line a row.</summary>
public sealed partial class TextLoader : IDataLoader<IMultiStreamSource>
{
    private readonly Options _options;
    private readonly DataViewSchema _schema;

    internal TextLoader(IHostEnvironment env, Options options = null, IMultiStreamSource dataSample = null)
    {
        _options = options ?? throw new ArgumentNullException(nameof(options));
        if (options.Columns is not { Length: > 0 })
            throw new ArgumentException("A text file needs columns.", nameof(options));
        if (options.AllowSparse)
            throw new NotSupportedException("This substitute of the library does not read sparse text files.");
        var builder = new DataViewSchema.Builder();
        foreach (var column in options.Columns)
        {
            var item = ColumnTypes.FromKind(column.DataKind);
            var fields = column.Source.Sum(range => (range.Max ?? range.Min) - range.Min + 1);
            var isVector = fields > 1 || column.Source.Any(range => range.ForceVector);
            builder.AddColumn(column.Name, isVector ? new VectorDataViewType(item, fields) : item);
        }
        _schema = builder.ToSchema();
    }

    public DataViewSchema GetOutputSchema() => _schema;
    public IDataView Load(IMultiStreamSource source) => new View(this, source ?? throw new ArgumentNullException(nameof(source)));

    void ICanSaveModel.Save(ModelSaveContext ctx) =>
        throw new NotSupportedException("This substitute of the library saves transformers, not loaders: save the transformer with the loader's schema.");

    /// <summary>One column: a name, a kind, and the fields that it is made from.</summary>
    public sealed class Column
    {
        public string Name;
        public Range[] Source;

        public Column() { }
        public Column(string name, DataKind dataKind, int index) : this(name, dataKind, [new Range(index)]) { }
        public Column(string name, DataKind dataKind, int minIndex, int maxIndex) : this(name, dataKind, [new Range(minIndex, maxIndex)]) { }

        internal Column(string name, DataKind dataKind, Range[] source)
        {
            Name = name;
            DataKind = dataKind;
            Source = source;
        }

        public DataKind DataKind { get; set; } = DataKind.Single;
    }

    /// <summary>A run of fields.</summary>
    public sealed class Range
    {
        public int Min;
        public int? Max;
        public bool ForceVector;

        public Range() { }

        public Range(int index)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            Min = index;
            Max = index;
        }

        public Range(int min, int? max)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(min);
            if (max is null || max < min)
                throw new ArgumentOutOfRangeException(nameof(max), max, "The last field is not before the first, and an open end is not supported here.");
            Min = min;
            Max = max;
            ForceVector = true;
        }
    }

    /// <summary>How a file is read.</summary>
    public class Options
    {
        public bool AllowQuoting;
        public bool AllowSparse;
        public char[] Separators = ['\t'];
        public Column[] Columns;
        public bool TrimWhitespace;
        public bool HasHeader;
        public long? MaxRows;

        public Options() { }
    }
}
