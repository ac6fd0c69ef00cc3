using System.Collections.Immutable;
using Microsoft.ML.Data;

namespace Microsoft.ML.Data
{
    /// <summary>The first rows of a data view, read at once.</summary>
    public sealed class DataDebuggerPreview
    {
        internal DataDebuggerPreview(IDataView data, int maxRows = 100)
        {
            ArgumentNullException.ThrowIfNull(data);
            ArgumentOutOfRangeException.ThrowIfNegative(maxRows);
            Schema = data.Schema;
            var rows = new List<RowInfo>();
            using var cursor = data.GetRowCursor(data.Schema);
            var getters = data.Schema.Select(column => ColumnValues.GetBoxed(cursor, column)).ToArray();
            while (rows.Count < maxRows && cursor.MoveNext())
            {
                var row = new RowInfo(getters.Length);
                for (var i = 0; i < getters.Length; i++)
                    row.Values[i] = KeyValuePair.Create(data.Schema[i].Name, getters[i]());
                rows.Add(row);
            }
            RowView = [.. rows];
            ColumnView = [.. data.Schema.Select(column => new ColumnInfo(column, [.. rows.Select(row => row.Values[column.Index].Value)]))];
        }

        public DataViewSchema Schema { get; }
        public ImmutableArray<ColumnInfo> ColumnView { get; }
        public ImmutableArray<RowInfo> RowView { get; }
        public override string ToString() => $"{Schema.Count} columns, {RowView.Length} rows";

        /// <summary>One column's values.</summary>
        public sealed class ColumnInfo
        {
            internal ColumnInfo(DataViewSchema.Column column, object[] values)
            {
                Column = column;
                Values = values;
            }

            public DataViewSchema.Column Column { get; }
            public object[] Values { get; }
            public override string ToString() => Column.ToString();
        }

        /// <summary>One row's values, with their column's names.</summary>
        public sealed class RowInfo
        {
            internal RowInfo(int n) => Values = new KeyValuePair<string, object>[n];

            public KeyValuePair<string, object>[] Values { get; }
            public override string ToString() => $"{Values.Length} columns";
        }
    }
}

namespace Microsoft.ML
{
    /// <summary>Looks at the first rows.</summary>
    public static class DebuggerExtensions
    {
        public static DataDebuggerPreview Preview(this IDataView data, int maxRows = 100) => new(data, maxRows);

        public static DataDebuggerPreview Preview(this ITransformer transformer, IDataView data, int maxRows = 100) => new(transformer.Transform(data), maxRows);

        public static DataDebuggerPreview Preview(this IEstimator<ITransformer> estimator, IDataView data, int maxRows = 100, int maxTrainingRows = 100) =>
            new(estimator.Fit(new RangeView(data, 0, maxTrainingRows)).Transform(data), maxRows);
    }
}
