using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Transforms;

/// <summary>Finds the code of a saved mapping again: by contract name, in the assembly that held it.</summary>
internal static class CustomMapping
{
    public const string Loader = "CustomMappingTransformer";

    public static ITransformer Load(IHostEnvironment env, ModelLoadContext ctx)
    {
        var contract = ctx.Reader.ReadString();
        var assembly = ctx.Reader.ReadString();
        var factory = (ICustomMappingFactory)env.ComponentCatalog.GetExtension(typeof(CustomMappingFactoryAttributeAttribute), contract, assembly);
        return factory.CreateTransformer(env, contract);
    }
}

/// <summary>What both kinds of custom mapping share. Only the contract is saved: neither renamed columns nor the code.</summary>
internal sealed class CustomMapping<TSrc, TDst> where TSrc : class, new() where TDst : class, new()
{
    private readonly Func<Action<TSrc, TDst>> _start;
    private readonly Delegate _action;
    private readonly string _contract;
    private readonly SchemaDefinition _input;
    private readonly MemberColumn<TDst>[] _added;

    public CustomMapping(Func<Action<TSrc, TDst>> start, Delegate action, string contract, SchemaDefinition input, SchemaDefinition output)
    {
        _start = start;
        _action = action;
        _contract = contract;
        _input = input;
        _added = MemberColumn<TDst>.Create(output, SchemaDefinition.Direction.Read);
    }

    public RowMapView Map(DataViewSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return Map(new EmptyView(schema));
    }

    public RowMapView Map(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new RowMapView(input, input.Schema, new Mapper(this, input.Schema));
    }

    public void Save(ModelSaveContext ctx)
    {
        if (string.IsNullOrEmpty(_contract))
            throw new InvalidOperationException("Empty contract name for a transform: the transform cannot be saved");
        ctx.SetLoader(CustomMapping.Loader);
        ctx.Writer.Write(_contract);
        ctx.Writer.Write(_action.Method.DeclaringType.Assembly.FullName);
    }

    public IEnumerable<SchemaShape.Column> OutputShape(SchemaShape input)
    {
        ArgumentNullException.ThrowIfNull(input);
        foreach (var member in MemberColumn<TSrc>.Create(_input, SchemaDefinition.Direction.Write))
        {
            if (!input.TryFindColumn(member.Name, out var column))
                throw Errors.MissingColumn("inputSchema", "input", member.Name);
            var expected = SchemaShape.CreateColumn(member.Name, member.Type);
            if (!expected.IsCompatibleWith(column))
                throw Errors.SchemaMismatch("inputSchema", "input", member.Name, expected.GetTypeString(), column.GetTypeString());
        }
        return _added.Select(member => SchemaShape.CreateColumn(member.Name, member.Type, member.Annotations));
    }

    private sealed class Mapper(CustomMapping<TSrc, TDst> owner, DataViewSchema schema) : IRowMapper
    {
        private readonly RowReader<TSrc> _reader = new(schema, ignoreMissingColumns: false, owner._input);

        public DataViewSchema.DetachedColumn[] GetOutputColumns() =>
            [.. owner._added.Select(member => new DataViewSchema.DetachedColumn(member.Name, member.Type, member.Annotations))];

        public bool[] GetDependencies(bool[] activeOutputs)
        {
            var needed = new bool[schema.Count];
            foreach (var column in _reader.Columns)
                needed[column.Index] = true;
            return needed;
        }

        public Delegate[] CreateGetters(DataViewRow input, bool[] activeOutputs)
        {
            if (!activeOutputs.Contains(true))
                return new Delegate[activeOutputs.Length];
            var source = new TSrc();
            var destination = new TDst();
            var fill = _reader.Bind(input);
            var map = owner._start();
            var mapped = -1L;
            return [.. owner._added.Select((member, i) => activeOutputs[i] ? member.MakeGetter(Current) : null)];

            // The columns of a row come from one call of the mapping.
            TDst Current()
            {
                if (mapped != input.Position)
                {
                    fill(source);
                    map(source, destination);
                    mapped = input.Position;
                }
                return destination;
            }
        }
    }
}
