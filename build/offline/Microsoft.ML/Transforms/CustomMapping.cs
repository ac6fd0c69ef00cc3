using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML
{
    using Microsoft.ML.Transforms;

    /// <summary>Maps rows by the caller's own code.</summary>
    public static class CustomMappingCatalog
    {
        public static CustomMappingEstimator<TSrc, TDst> CustomMapping<TSrc, TDst>(this TransformsCatalog catalog, Action<TSrc, TDst> mapAction,
            string contractName, SchemaDefinition inputSchemaDefinition = null, SchemaDefinition outputSchemaDefinition = null)
            where TSrc : class, new() where TDst : class, new() =>
            new(catalog.Environment, mapAction, contractName, inputSchemaDefinition, outputSchemaDefinition);

        public static StatefulCustomMappingEstimator<TSrc, TDst, TState> StatefulCustomMapping<TSrc, TDst, TState>(this TransformsCatalog catalog,
            Action<TSrc, TDst, TState> mapAction, Action<TState> stateInitAction, string contractName)
            where TSrc : class, new() where TDst : class, new() where TState : class, new() =>
            new(catalog.Environment, mapAction, contractName, stateInitAction);

        public static IDataView FilterByCustomPredicate<TSrc>(this DataOperationsCatalog catalog, IDataView input, Func<TSrc, bool> filterPredicate)
            where TSrc : class, new()
        {
            ArgumentNullException.ThrowIfNull(input);
            ArgumentNullException.ThrowIfNull(filterPredicate);
            var reader = new RowReader<TSrc>(input.Schema, ignoreMissingColumns: false, definition: null);
            return new FilterView(input, reader.Columns, row =>
            {
                var source = new TSrc();
                var fill = reader.Bind(row);
                return () =>
                {
                    fill(source);
                    // The predicate says which rows go, as in the real library.
                    return !filterPredicate(source);
                };
            });
        }
    }
}

namespace Microsoft.ML.Transforms
{
    /// <summary>Makes the transformer of a contract when a model is loaded.</summary>
    internal interface ICustomMappingFactory
    {
        ITransformer CreateTransformer(IHostEnvironment env, string contractName);
    }

    /// <summary>Names the contract that a factory answers to.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class CustomMappingFactoryAttributeAttribute : ExtensionBaseAttribute
    {
        public CustomMappingFactoryAttributeAttribute(string contractName) : base(contractName) { }
    }

    /// <summary>Gives the mapping of a contract back when a model is loaded.</summary>
    public abstract class CustomMappingFactory<TSrc, TDst> : ICustomMappingFactory where TSrc : class, new() where TDst : class, new()
    {
        protected CustomMappingFactory() { }

        public abstract Action<TSrc, TDst> GetMapping();

        ITransformer ICustomMappingFactory.CreateTransformer(IHostEnvironment env, string contractName) =>
            new CustomMappingTransformer<TSrc, TDst>(env, GetMapping(), contractName);
    }

    /// <summary>Gives the mapping of a contract back when a model is loaded.</summary>
    public abstract class StatefulCustomMappingFactory<TSrc, TDst, TState> : ICustomMappingFactory
        where TSrc : class, new() where TDst : class, new() where TState : class, new()
    {
        protected StatefulCustomMappingFactory() { }

        public abstract Action<TSrc, TDst, TState> GetMapping();
        public abstract Action<TState> GetStateInitAction();

        ITransformer ICustomMappingFactory.CreateTransformer(IHostEnvironment env, string contractName) =>
            new StatefulCustomMappingTransformer<TSrc, TDst, TState>(env, GetMapping(), contractName, GetStateInitAction());
    }

    /// <summary>Maps rows by the caller's own code.</summary>
    public sealed class CustomMappingEstimator<TSrc, TDst> : TrivialEstimator<CustomMappingTransformer<TSrc, TDst>>
        where TSrc : class, new() where TDst : class, new()
    {
        internal CustomMappingEstimator(IHostEnvironment env, Action<TSrc, TDst> mapAction, string contractName,
            SchemaDefinition inputSchemaDefinition = null, SchemaDefinition outputSchemaDefinition = null)
            : base(new CustomMappingTransformer<TSrc, TDst>(env, mapAction, contractName, inputSchemaDefinition, outputSchemaDefinition)) { }

        public override SchemaShape GetOutputSchema(SchemaShape inputSchema) => With(inputSchema, Transformer.Core.OutputShape(inputSchema));
    }

    /// <summary>Maps rows by the caller's own code, with a state for each reading.</summary>
    public sealed class StatefulCustomMappingEstimator<TSrc, TDst, TState> : TrivialEstimator<StatefulCustomMappingTransformer<TSrc, TDst, TState>>
        where TSrc : class, new() where TDst : class, new() where TState : class, new()
    {
        internal StatefulCustomMappingEstimator(IHostEnvironment env, Action<TSrc, TDst, TState> mapAction, string contractName, Action<TState> stateInitAction)
            : base(new StatefulCustomMappingTransformer<TSrc, TDst, TState>(env, mapAction, contractName, stateInitAction)) { }

        public override SchemaShape GetOutputSchema(SchemaShape inputSchema) => With(inputSchema, Transformer.Core.OutputShape(inputSchema));
    }

    /// <summary>Maps rows by the caller's own code.</summary>
    public sealed class CustomMappingTransformer<TSrc, TDst> : ITransformer where TSrc : class, new() where TDst : class, new()
    {
        internal CustomMappingTransformer(IHostEnvironment env, Action<TSrc, TDst> mapAction, string contractName,
            SchemaDefinition inputSchemaDefinition = null, SchemaDefinition outputSchemaDefinition = null)
        {
            ArgumentNullException.ThrowIfNull(mapAction);
            Core = new CustomMapping<TSrc, TDst>(() => mapAction, mapAction, contractName, inputSchemaDefinition, outputSchemaDefinition);
        }

        internal CustomMapping<TSrc, TDst> Core { get; }

        bool ITransformer.IsRowToRowMapper => true;
        public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => Core.Map(inputSchema).Schema;
        public IDataView Transform(IDataView input) => Core.Map(input);
        IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => Core.Map(inputSchema);
        void ICanSaveModel.Save(ModelSaveContext ctx) => Core.Save(ctx);
    }

    /// <summary>Maps rows by the caller's own code, with a state for each reading.</summary>
    public sealed class StatefulCustomMappingTransformer<TSrc, TDst, TState> : ITransformer
        where TSrc : class, new() where TDst : class, new() where TState : class, new()
    {
        internal StatefulCustomMappingTransformer(IHostEnvironment env, Action<TSrc, TDst, TState> mapAction, string contractName, Action<TState> stateInitAction)
        {
            ArgumentNullException.ThrowIfNull(mapAction);
            ArgumentNullException.ThrowIfNull(stateInitAction);
            Core = new CustomMapping<TSrc, TDst>(Start, mapAction, contractName, null, null);

            Action<TSrc, TDst> Start()
            {
                var state = new TState();
                stateInitAction(state);
                return (source, destination) => mapAction(source, destination, state);
            }
        }

        internal CustomMapping<TSrc, TDst> Core { get; }

        bool ITransformer.IsRowToRowMapper => true;
        public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => Core.Map(inputSchema).Schema;
        public IDataView Transform(IDataView input) => Core.Map(input);
        IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => Core.Map(inputSchema);
        void ICanSaveModel.Save(ModelSaveContext ctx) => Core.Save(ctx);
    }
}
