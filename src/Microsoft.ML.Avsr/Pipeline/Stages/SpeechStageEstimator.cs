namespace Microsoft.ML.Avsr;

/// <summary>What the estimators of stages without anything to learn share. It cannot be derived from outside.</summary>
/// <typeparam name="TTransformer">The stage's transformer.</typeparam>
public abstract class SpeechStageEstimator<TTransformer> : IEstimator<TTransformer> where TTransformer : SpeechStageTransformer
{
    private readonly RowStage _stage;

    private protected SpeechStageEstimator(RowStage stage) => _stage = stage;

    /// <summary>The columns of transformed data: the input's and the stage's.</summary>
    /// <param name="inputSchema">The input's shape.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column that is read is missing or has a wrong type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => _stage.GetOutputSchema(inputSchema);

    /// <summary>Makes the transformer; only the schema of the data is looked at.</summary>
    /// <param name="input">The data.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column that is read is missing or has a wrong type.</exception>
    public TTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        _stage.GetOutputSchema(input.Schema);
        return Create(input.Schema);
    }

    private protected abstract TTransformer Create(DataViewSchema inputSchema);
}
