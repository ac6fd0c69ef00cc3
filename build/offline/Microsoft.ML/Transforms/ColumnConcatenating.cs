using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Transforms
{
    /// <summary>Joins columns of one item type into a vector column.</summary>
    public sealed class ColumnConcatenatingEstimator : IEstimator<ColumnConcatenatingTransformer>
    {
        private readonly string _output;
        private readonly string[] _inputs;
        private readonly IHostEnvironment _environment;

        internal ColumnConcatenatingEstimator(IHostEnvironment env, string outputColumnName, params string[] inputColumnNames)
        {
            ArgumentException.ThrowIfNullOrEmpty(outputColumnName);
            if (inputColumnNames is not { Length: > 0 })
                throw new ArgumentException("Input columns not specified", nameof(inputColumnNames));
            _environment = env;
            _output = outputColumnName;
            _inputs = inputColumnNames;
        }

        public ColumnConcatenatingTransformer Fit(IDataView input)
        {
            ArgumentNullException.ThrowIfNull(input);
            var transformer = new ColumnConcatenatingTransformer(_environment, _output, _inputs);
            transformer.GetOutputSchema(input.Schema);
            return transformer;
        }

        public SchemaShape GetOutputSchema(SchemaShape inputSchema)
        {
            ArgumentNullException.ThrowIfNull(inputSchema);
            var columns = _inputs.Select(name => inputSchema.TryFindColumn(name, out var column) ? column
                : throw Errors.MissingColumn(nameof(inputSchema), "input", name)).ToArray();
            if (columns.FirstOrDefault(column => !column.ItemType.Equals(columns[0].ItemType)) is { Name: { } different })
                throw Errors.SchemaMismatch(nameof(inputSchema), "input", different, columns[0].ItemType.ToString(), columns.First(c => c.Name == different).ItemType.ToString());
            var kind = columns.Any(column => column.Kind == SchemaShape.Column.VectorKind.VariableVector)
                ? SchemaShape.Column.VectorKind.VariableVector : SchemaShape.Column.VectorKind.Vector;
            var joined = new SchemaShape.Column(_output, kind, columns[0].ItemType, false);
            return new SchemaShape(inputSchema.Where(column => column.Name != _output).Append(joined));
        }
    }
}

namespace Microsoft.ML.Data
{
    /// <summary>Joins columns of one item type into a vector column.</summary>
    public sealed class ColumnConcatenatingTransformer : RowToRowTransformerBase
    {
        internal const string Loader = "ConcatTransform";
        private readonly string _output;
        private readonly string[] _inputs;

        internal ColumnConcatenatingTransformer(IHostEnvironment env, string outputColumnName, params string[] inputColumnNames)
        {
            _output = outputColumnName;
            _inputs = inputColumnNames;
        }

        internal ColumnConcatenatingTransformer(IHostEnvironment env, ModelLoadContext ctx)
        {
            _output = ctx.Reader.ReadString();
            _inputs = new string[ctx.Reader.ReadInt32()];
            for (var i = 0; i < _inputs.Length; i++)
                _inputs[i] = ctx.Reader.ReadString();
        }

        private protected override void SaveModel(ModelSaveContext ctx)
        {
            ctx.SetLoader(Loader);
            ctx.Writer.Write(_output);
            ctx.Writer.Write(_inputs.Length);
            foreach (var input in _inputs)
                ctx.Writer.Write(input);
        }

        private protected override IRowMapper MakeRowMapper(DataViewSchema schema)
        {
            var columns = _inputs.Select(name => schema.GetColumnOrNull(name) ?? throw Errors.MissingColumn("inputSchema", "input", name)).ToArray();
            var item = ColumnTypes.ItemTypeOf(columns[0].Type);
            foreach (var column in columns)
                if (!ColumnTypes.ItemTypeOf(column.Type).Equals(item))
                    throw Errors.SchemaMismatch("inputSchema", "input", column.Name, item.ToString(), column.Type.ToString());
            return (IRowMapper)Activator.CreateInstance(typeof(Mapper<>).MakeGenericType(item.RawType), _output, schema, columns, item);
        }

        private sealed class Mapper<T>(string output, DataViewSchema schema, DataViewSchema.Column[] columns, PrimitiveDataViewType item) : IRowMapper
        {
            public DataViewSchema.DetachedColumn[] GetOutputColumns()
            {
                var sizes = columns.Select(column => column.Type is VectorDataViewType vector ? vector.Size : 1).ToArray();
                return [new(output, new VectorDataViewType(item, sizes.Contains(0) ? 0 : sizes.Sum()))];
            }

            public bool[] GetDependencies(bool[] activeOutputs)
            {
                var needed = new bool[schema.Count];
                foreach (var column in columns)
                    needed[column.Index] = activeOutputs[0];
                return needed;
            }

            public Delegate[] CreateGetters(DataViewRow input, bool[] activeOutputs)
            {
                if (!activeOutputs[0])
                    return [null];
                var readers = columns.Select(column => Reader(input, input.Schema[column.Index])).ToArray();
                var items = new List<T>();
                ValueGetter<VBuffer<T>> getter = (ref VBuffer<T> value) =>
                {
                    items.Clear();
                    foreach (var read in readers)
                        read(items);
                    var editor = VBufferEditor.Create(ref value, items.Count);
                    System.Runtime.InteropServices.CollectionsMarshal.AsSpan(items).CopyTo(editor.Values);
                    value = editor.Commit();
                };
                return [getter];
            }

            private static Action<List<T>> Reader(DataViewRow row, DataViewSchema.Column column)
            {
                if (column.Type is VectorDataViewType)
                {
                    var vector = row.GetGetter<VBuffer<T>>(column);
                    VBuffer<T> values = default;
                    return items =>
                    {
                        vector(ref values);
                        items.AddRange(values.DenseValues());
                    };
                }
                var scalar = row.GetGetter<T>(column);
                T one = default;
                return items =>
                {
                    scalar(ref one);
                    items.Add(one);
                };
            }
        }
    }
}
