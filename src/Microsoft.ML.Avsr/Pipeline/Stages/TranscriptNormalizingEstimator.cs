using Microsoft.ML.Avsr.Text;
using Microsoft.ML.Data;

namespace Microsoft.ML.Avsr;

/// <summary>Brings transcripts into one form, so that spelling does not count as an error: see <see cref="TranscriptNormalization"/>.</summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// Create it with `mlContext.Transforms.NormalizeTranscript(...)`. A sample that is compiled and run: docs/samples/Transforms/NormalizeTranscript.cs.
///
/// ### Estimator Characteristics
/// |  |  |
/// | -- | -- |
/// | Does this estimator need to look at the data to train its parameters? | No |
/// | Input column data type | Text |
/// | Output column data type | Text |
/// | Required NuGet in addition to Microsoft.ML | Microsoft.ML.Avsr |
/// | Exportable to ONNX | No |
/// ]]></format>
/// </remarks>
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
