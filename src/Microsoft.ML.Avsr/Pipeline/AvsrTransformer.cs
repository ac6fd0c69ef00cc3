using Microsoft.ML.Avsr.Recognition;
using Microsoft.ML.Data;

namespace Microsoft.ML.Avsr;

/// <summary>
/// Writes what was said in the media of each row. Rows in are rows out: where a row's media is bad, its transcript is empty and its
/// status says why. Made by <see cref="AvsrEstimator"/> or by <see cref="AvsrCatalog.Load(string)"/>.
/// </summary>
/// <remarks>
/// Output columns, for the output column name <c>Transcript</c>: <c>Transcript</c> (text), <c>Transcript.Confidence</c> (float, 0 to 1),
/// <c>Transcript.Status</c> (text: a <see cref="Media.MediaStatus"/>), <c>Transcript.Modality</c> (text: the streams that were used).
/// Media is decoded and transcribed only when one of them is read; cursors work on several rows at once.
/// A transformer may be used from several threads. Dispose it to free the model's native memory.
/// </remarks>
public sealed class AvsrTransformer : ITransformer, IDisposable
{
    private readonly SharedModel _model;
    private readonly CancellationToken _cancellationToken;
    private bool _disposed;

    internal AvsrTransformer(SharedModel model, RecognitionSettings settings, AvsrTrainingReport? report = null, CancellationToken cancellationToken = default)
    {
        _model = model;
        _cancellationToken = cancellationToken;
        Settings = settings;
        Stage = new AvsrStage(settings, model, cancellationToken);
        TrainingReport = report;
    }

    /// <summary>What training did; null for a loaded model.</summary>
    public AvsrTrainingReport? TrainingReport { get; }

    /// <summary>The recogniser underneath, for use without data views. It lives as long as the transformer.</summary>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public ISpeechRecognizer Recognizer => _model.Recognizer;

    /// <summary>The streams that this transformer recognises from.</summary>
    public RecognitionModality Modality => Settings.Modality;

    /// <summary>The column of media that is read; null where clip columns are read instead.</summary>
    public string? MediaColumnName => Settings.MediaColumnName;

    /// <summary>The column of transcripts that is written; the other output columns' names begin with it.</summary>
    public string OutputColumnName => Settings.OutputColumnName;

    internal RecognitionSettings Settings { get; }

    internal AvsrStage Stage { get; }

    internal SharedModel Model => _model;

    /// <inheritdoc/>
    bool ITransformer.IsRowToRowMapper => true;

    /// <summary>The same model, recognising from other streams. Each of the two is to be disposed.</summary>
    /// <param name="modality">The streams.</param>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public AvsrTransformer WithModality(RecognitionModality modality)
    {
        OptionCheck.Require(Enum.IsDefined(modality), nameof(modality), modality, "is none of the modalities.");
        return new AvsrTransformer(_model.Share(), Settings with { Modality = modality }, TrainingReport, _cancellationToken);
    }

    /// <summary>What each part of the model takes, and whether it goes into a saved file.</summary>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public IReadOnlyList<ModelPartSize> GetSizeReport() => _model.Sizes();

    /// <summary>The schema of transformed data: the input's columns and the four output columns.</summary>
    /// <param name="inputSchema">The input's schema.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column that is read is missing or has a wrong type.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => Stage.GetOutputSchema(inputSchema);

    /// <summary>Adds the output columns to data, lazily.</summary>
    /// <param name="input">The data.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column that is read is missing or has a wrong type.</exception>
    public IDataView Transform(IDataView input) => Stage.Transform(input);

    /// <inheritdoc/>
    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => Stage.Bind(inputSchema);

    /// <summary>Saves the model as a chain of ML.NET's own transformers, which <c>mlContext.Model.Load</c> reads back.</summary>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    void ICanSaveModel.Save(ModelSaveContext ctx) => ((ICanSaveModel)SavedChain.Create(Settings, _model)).Save(ctx);

    /// <summary>Frees the model, unless a sibling made by <see cref="WithModality"/> still uses it.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _model.Release();
        Stage.Release();
    }
}
