using Microsoft.ML.Data;

namespace Microsoft.ML.Avsr;

/// <summary>What the transformers of this package's stages share. It cannot be derived from outside.</summary>
public abstract class SpeechStageTransformer : ITransformer
{
    private protected SpeechStageTransformer(RowStage stage) => Stage = stage;

    internal RowStage Stage { get; }

    /// <inheritdoc/>
    bool ITransformer.IsRowToRowMapper => true;

    /// <summary>The schema of transformed data: the input's columns and the stage's.</summary>
    /// <param name="inputSchema">The input's schema.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column that is read is missing or has a wrong type.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => Stage.GetOutputSchema(inputSchema);

    /// <summary>Adds the stage's columns to data, lazily.</summary>
    /// <param name="input">The data.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column that is read is missing or has a wrong type.</exception>
    public IDataView Transform(IDataView input) => Stage.Transform(input);

    /// <inheritdoc/>
    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => Stage.Bind(inputSchema);

    /// <summary>Saves the stage as a chain of ML.NET's own transformers, which <c>mlContext.Model.Load</c> reads back.</summary>
    void ICanSaveModel.Save(ModelSaveContext ctx) => ((ICanSaveModel)ToSavedChain()).Save(ctx);

    private protected abstract TransformerChain<ITransformer> ToSavedChain();
}
