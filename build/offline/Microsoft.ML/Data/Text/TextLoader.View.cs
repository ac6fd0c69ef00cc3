using System.Globalization;
using System.Text;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

public sealed partial class TextLoader
{
    /// <summary>The lines of the files as rows.</summary>
    private sealed class View(TextLoader loader, IMultiStreamSource source) : IDataView
    {
        public bool CanShuffle => false;
        public DataViewSchema Schema => loader._schema;
        public long? GetRowCount() => null;

        public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null) =>
            new Cursor(loader, source, ColumnValues.ActiveSet(Schema, columnsNeeded));

        public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null) =>
            [GetRowCursor(columnsNeeded, rand)];
    }

    private sealed class Cursor : DataViewRowCursor
    {
        private readonly TextLoader _loader;
        private readonly IEnumerator<string> _lines;
        private readonly List<ReadOnlyMemory<char>> _fields = [];
        private readonly Delegate[] _getters;
        private long _position = -1;

        public Cursor(TextLoader loader, IMultiStreamSource source, bool[] active)
        {
            _loader = loader;
            _lines = Lines(loader._options, source).GetEnumerator();
            _getters = [.. loader._schema.Select(column => active[column.Index] ? MakeGetter(column, loader._options.Columns[column.Index]) : null)];
        }

        public override DataViewSchema Schema => _loader._schema;
        public override long Position => _position;
        public override long Batch => 0;
        public override bool IsColumnActive(DataViewSchema.Column column) => _getters[column.Index] is not null;
        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) => value = new DataViewRowId((ulong)_position, 0);
        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) =>
            Errors.Typed<TValue>(column.Index < _getters.Length ? _getters[column.Index] : null, column);

        public override bool MoveNext()
        {
            if (!_lines.MoveNext())
            {
                _position = -1;
                return false;
            }
            Split(_lines.Current);
            _position++;
            return true;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                _lines.Dispose();
            base.Dispose(disposing);
        }

        private static IEnumerable<string> Lines(Options options, IMultiStreamSource source)
        {
            var left = options.MaxRows ?? long.MaxValue;
            for (var file = 0; file < source.Count; file++)
            {
                using var reader = source.OpenTextReader(file);
                if (options.HasHeader)
                    reader.ReadLine();
                while (left > 0 && reader.ReadLine() is { } line)
                {
                    if (line.Length == 0)
                        continue;
                    left--;
                    yield return line;
                }
            }
        }

        // Inside quotes a separator is text, and two quotes are one.
        private void Split(string line)
        {
            _fields.Clear();
            var start = 0;
            while (true)
            {
                if (_loader._options.AllowQuoting && start < line.Length && line[start] == '"')
                {
                    var text = new StringBuilder();
                    var i = start + 1;
                    for (; i < line.Length; i++)
                    {
                        if (line[i] != '"')
                            text.Append(line[i]);
                        else if (i + 1 < line.Length && line[i + 1] == '"')
                            text.Append(line[i++]);
                        else
                            break;
                    }
                    _fields.Add(text.ToString().AsMemory());
                    var next = line.IndexOfAny(_loader._options.Separators, Math.Min(i + 1, line.Length));
                    if (next < 0)
                        return;
                    start = next + 1;
                    continue;
                }
                var end = line.IndexOfAny(_loader._options.Separators, start);
                var field = line.AsMemory(start, (end < 0 ? line.Length : end) - start);
                _fields.Add(_loader._options.TrimWhitespace ? field.Trim() : field);
                if (end < 0)
                    return;
                start = end + 1;
            }
        }

        private Delegate MakeGetter(DataViewSchema.Column column, Column definition)
        {
            var indices = definition.Source.SelectMany(range => Enumerable.Range(range.Min, (range.Max ?? range.Min) - range.Min + 1)).ToArray();
            var isVector = column.Type is VectorDataViewType;
            return definition.DataKind switch
            {
                DataKind.String => Make(indices, isVector, text => text),
                DataKind.Single => Make(indices, isVector, text => Parse<float>(text, float.NaN)),
                DataKind.Double => Make(indices, isVector, text => Parse<double>(text, double.NaN)),
                DataKind.Boolean => Make(indices, isVector, text => text.Span.Trim() is "1" || bool.TryParse(text.Span, out var value) && value),
                DataKind.SByte => Make(indices, isVector, text => Parse<sbyte>(text, default)),
                DataKind.Byte => Make(indices, isVector, text => Parse<byte>(text, default)),
                DataKind.Int16 => Make(indices, isVector, text => Parse<short>(text, default)),
                DataKind.UInt16 => Make(indices, isVector, text => Parse<ushort>(text, default)),
                DataKind.Int32 => Make(indices, isVector, text => Parse<int>(text, default)),
                DataKind.UInt32 => Make(indices, isVector, text => Parse<uint>(text, default)),
                DataKind.Int64 => Make(indices, isVector, text => Parse<long>(text, default)),
                DataKind.UInt64 => Make(indices, isVector, text => Parse<ulong>(text, default)),
                DataKind.DateTime => Make(indices, isVector, text => DateTime.TryParse(text.Span, CultureInfo.InvariantCulture, out var value) ? value : default),
                DataKind.TimeSpan => Make(indices, isVector, text => TimeSpan.TryParse(text.Span, CultureInfo.InvariantCulture, out var value) ? value : default),
                _ => throw new NotSupportedException($"Columns of kind {definition.DataKind} are not read from text."),
            };
        }

        private static T Parse<T>(ReadOnlyMemory<char> text, T missing) where T : ISpanParsable<T> =>
            T.TryParse(text.Span, CultureInfo.InvariantCulture, out var value) ? value : missing;

        private Delegate Make<T>(int[] indices, bool isVector, Func<ReadOnlyMemory<char>, T> parse)
        {
            if (!isVector)
                return (ValueGetter<T>)((ref T value) => value = parse(Field(indices[0])));
            return (ValueGetter<VBuffer<T>>)((ref VBuffer<T> value) =>
            {
                var editor = VBufferEditor.Create(ref value, indices.Length);
                for (var i = 0; i < indices.Length; i++)
                    editor.Values[i] = parse(Field(indices[i]));
                value = editor.Commit();
            });
        }

        private ReadOnlyMemory<char> Field(int index) => index < _fields.Count ? _fields[index] : default;
    }
}
