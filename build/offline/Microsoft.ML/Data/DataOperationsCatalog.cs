using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>Makes data views and cuts them.</summary>
public sealed class DataOperationsCatalog : IInternalCatalog
{
    private readonly IHost _host;

    internal DataOperationsCatalog(IHostEnvironment env)
    {
        Environment = env;
        _host = env.Register(nameof(DataOperationsCatalog));
    }

    internal IHostEnvironment Environment { get; }
    IHostEnvironment IInternalCatalog.Environment => Environment;

    public IDataView LoadFromEnumerable<TRow>(IEnumerable<TRow> data, SchemaDefinition schemaDefinition = null) where TRow : class =>
        new EnumerableView<TRow>(data, schemaDefinition);

    public IEnumerable<TRow> CreateEnumerable<TRow>(IDataView data, bool reuseRowObject, bool ignoreMissingColumns = false,
        SchemaDefinition schemaDefinition = null) where TRow : class, new()
    {
        ArgumentNullException.ThrowIfNull(data);
        return Enumerate(data, new RowReader<TRow>(data.Schema, ignoreMissingColumns, schemaDefinition), reuseRowObject);
    }

    public IDataView Cache(IDataView input, params string[] columnsToPrefetch) => new CacheView(input, columnsToPrefetch);

    public IDataView FilterRowsByColumn(IDataView input, string columnName, double lowerBound = double.NegativeInfinity, double upperBound = double.PositiveInfinity)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (!(lowerBound <= upperBound))
            throw new ArgumentException("The upper bound must be no less than the lower bound.", nameof(upperBound));
        var column = input.Schema.GetColumnOrNull(columnName) ?? throw Errors.MissingColumn(nameof(columnName), "source", columnName);
        if (column.Type.RawType != typeof(float) && column.Type.RawType != typeof(double) && column.Type.RawType != typeof(int))
            throw new ArgumentOutOfRangeException(nameof(columnName), $"Column '{columnName}' has type {column.Type}, which cannot be filtered by a range.");
        return new FilterView(input, [column], row =>
        {
            var number = ColumnValues.GetBoxed(row, row.Schema[column.Index]);
            return () => Convert.ToDouble(number()) is var value && value >= lowerBound && value < upperBound;
        });
    }

    public IDataView ShuffleRows(IDataView input, int? seed = null, int shufflePoolSize = 1000, bool shuffleSource = true) =>
        new ShuffleView(input, seed ?? NextSeed(), shufflePoolSize, shuffleSource);

    public IDataView SkipRows(IDataView input, long count)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return new RangeView(input, count, long.MaxValue);
    }

    public IDataView TakeRows(IDataView input, long count)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return new RangeView(input, 0, count);
    }

    public TrainTestData TrainTestSplit(IDataView data, double testFraction = 0.1, string samplingKeyColumnName = null, int? seed = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (testFraction is not (> 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(testFraction), testFraction, "The fraction is between 0 and 1, both exclusive.");
        var split = new RowSplit(data, samplingKeyColumnName, seed ?? NextSeed());
        return new TrainTestData(split.Where(u => u >= testFraction), split.Where(u => u < testFraction));
    }

    public IReadOnlyList<TrainTestData> CrossValidationSplit(IDataView data, int numberOfFolds = 5, string samplingKeyColumnName = null, int? seed = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (numberOfFolds < 2)
            throw new ArgumentOutOfRangeException(nameof(numberOfFolds), numberOfFolds, "There are at least 2 folds.");
        var split = new RowSplit(data, samplingKeyColumnName, seed ?? NextSeed());
        return [.. Enumerable.Range(0, numberOfFolds).Select(fold => new TrainTestData(
            split.Where(u => (int)(u * numberOfFolds) != fold), split.Where(u => (int)(u * numberOfFolds) == fold)))];
    }

    private int NextSeed()
    {
        lock (_host.Rand)
            return _host.Rand.Next();
    }

    private static IEnumerable<TRow> Enumerate<TRow>(IDataView data, RowReader<TRow> reader, bool reuse) where TRow : class, new()
    {
        using var cursor = data.GetRowCursor(reader.Columns);
        var fill = reader.Bind(cursor);
        TRow row = null;
        while (cursor.MoveNext())
        {
            if (row is null || !reuse)
                row = new TRow();
            fill(row);
            yield return row;
        }
    }

    /// <summary>Gives each row a number in [0, 1) that depends on its id (or its sampling key) and the seed, not on reading order.</summary>
    private sealed class RowSplit(IDataView data, string keyColumn, int seed)
    {
        private readonly DataViewSchema.Column? _key = keyColumn is null ? null
            : data.Schema.GetColumnOrNull(keyColumn) ?? throw Errors.MissingColumn("samplingKeyColumnName", "sampling key", keyColumn);

        public IDataView Where(Func<double, bool> test) => new FilterView(data, _key is { } key ? [key] : [], row =>
        {
            var number = Number(row);
            return () => test(number());
        });

        private Func<double> Number(DataViewRow row)
        {
            if (_key is { } key)
            {
                var boxed = ColumnValues.GetBoxed(row, row.Schema[key.Index]);
                return () => ToUnit(HashText(boxed().ToString()), 0);
            }
            var id = row.GetIdGetter();
            DataViewRowId value = default;
            return () =>
            {
                id(ref value);
                return ToUnit(value.Low, value.High);
            };
        }

        private double ToUnit(ulong low, ulong high) =>
            (DataViewRowId.Mix(DataViewRowId.Mix(low + 0x9e3779b97f4a7c15 * ((ulong)(uint)seed + 1)) ^ high) >> 11) * (1.0 / (1UL << 53));

        private static ulong HashText(string text)
        {
            var hash = 14695981039346656037UL;
            foreach (var character in text)
                hash = (hash ^ character) * 1099511628211UL;
            return hash;
        }
    }

    /// <summary>Two parts of a data view.</summary>
    public readonly struct TrainTestData
    {
        public readonly IDataView TrainSet;
        public readonly IDataView TestSet;

        internal TrainTestData(IDataView trainSet, IDataView testSet)
        {
            TrainSet = trainSet;
            TestSet = testSet;
        }
    }
}
