using Microsoft.ML.Avsr.Text;
using Microsoft.ML.Data;

namespace Microsoft.ML.Avsr;

/// <summary>Brings transcripts into one form, so that spelling does not count as an error: see <see cref="TranscriptNormalization"/>.</summary>
public sealed class TranscriptNormalizingEstimator : SpeechStageEstimator<TranscriptNormalizingTransformer>
{
    private readonly TranscriptNormalizingStage _stage;

    internal TranscriptNormalizingEstimator(Options options) : this(new TranscriptNormalizingStage(options.Validate())) { }

    private TranscriptNormalizingEstimator(TranscriptNormalizingStage stage) : base(stage) => _stage = stage;

    private protected override TranscriptNormalizingTransformer Create(DataViewSchema inputSchema) => new(_stage);

    /// <summary>The options of <see cref="TranscriptNormalizingEstimator"/>.</summary>
    public sealed class Options
    {
        /// <summary>The column that is added.</summary>
        public string OutputColumnName { get; set; } = "Transcript";

        /// <summary>The column that is read; null is the output column's name.</summary>
        public string? InputColumnName { get; set; }

        /// <summary>The form.</summary>
        public TranscriptNormalization Normalization { get; set; } = TranscriptNormalization.English;

        internal TranscriptNormalizingStage.Settings Validate()
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(OutputColumnName);
            OptionCheck.Require(Enum.IsDefined(Normalization), nameof(Normalization), Normalization, "is none of the forms.");
            return new(OutputColumnName, InputColumnName ?? OutputColumnName, Normalization);
        }
    }
}

/// <summary>Brings transcripts into one form. Made by <see cref="TranscriptNormalizingEstimator"/>.</summary>
public sealed class TranscriptNormalizingTransformer : SpeechStageTransformer
{
    private readonly TranscriptNormalizingStage _stage;

    internal TranscriptNormalizingTransformer(TranscriptNormalizingStage stage) : base(stage) => _stage = stage;

    private protected override TransformerChain<ITransformer> ToSavedChain() => _stage.ToSavedChain();
}
