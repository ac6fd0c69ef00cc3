using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Data;

namespace Microsoft.ML.Avsr;

/// <summary>
/// Decodes media into clip columns: sound (16 kHz mono) and frames (25 per second, grey). Where a stream is missing its value is null;
/// the status column says what became of the media. Put a cache behind it where memory allows, so that later stages do not decode again.
/// </summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// Create it with `mlContext.Transforms.LoadSpeechMedia(...)`. A sample that is compiled and run: docs/samples/Transforms/LoadSpeechMedia.cs.
///
/// ### Estimator Characteristics
/// |  |  |
/// | -- | -- |
/// | Does this estimator need to look at the data to train its parameters? | No |
/// | Input column data type | Text (path) or vector of byte (file content) |
/// | Output column data type | Audio clip, video clip, and text (status) |
/// | Required NuGet in addition to Microsoft.ML | Microsoft.ML.Avsr; ffmpeg on the machine |
/// | Exportable to ONNX | No |
/// ]]></format>
/// </remarks>
public sealed class SpeechMediaLoadingEstimator : SpeechStageEstimator<SpeechMediaLoadingTransformer>
{
    private readonly SpeechMediaLoadingStage.Settings _settings;

    private readonly CancellationToken _cancellationToken;

    internal SpeechMediaLoadingEstimator(Options options) : this(options.Validate()) => _cancellationToken = options.CancellationToken;

    private SpeechMediaLoadingEstimator(SpeechMediaLoadingStage.Settings settings) : base(new SpeechMediaLoadingStage(settings)) => _settings = settings;

    private protected override SpeechMediaLoadingTransformer Create(DataViewSchema inputSchema) =>
        new(new SpeechMediaLoadingStage(_settings with { IsPath = inputSchema[_settings.Recognition.MediaColumnName!].Type is TextDataViewType }, _cancellationToken));

    /// <summary>The options of <see cref="SpeechMediaLoadingEstimator"/>.</summary>
    public sealed class Options
    {
        /// <summary>The column of sound that is added (<see cref="AudioClip"/>).</summary>
        public string AudioColumnName { get; set; } = "Audio";

        /// <summary>The column of frames that is added (<see cref="VideoClip"/>).</summary>
        public string VideoColumnName { get; set; } = "Video";

        /// <summary>The column that says what became of the media (text: a <see cref="MediaStatus"/>).</summary>
        public string StatusColumnName { get; set; } = "MediaStatus";

        /// <summary>The column of media: paths (text) or bytes of media files (vector of byte).</summary>
        public string MediaColumnName { get; set; } = "Path";

        /// <summary>How media files are read.</summary>
        public MediaReaderOptions Media { get; set; } = new();

        /// <summary>Files that a cursor decodes together. 1 to 1024.</summary>
        public int RowBatchSize { get; set; } = 8;

        /// <summary>Decoder processes side by side; 0 = one per processor. 0 to 256.</summary>
        public int Parallelism { get; set; }

        /// <summary>Stops the cursors of the fitted transformer.</summary>
        public CancellationToken CancellationToken { get; set; }

        internal SpeechMediaLoadingStage.Settings Validate()
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(AudioColumnName);
            ArgumentException.ThrowIfNullOrWhiteSpace(VideoColumnName);
            ArgumentException.ThrowIfNullOrWhiteSpace(StatusColumnName);
            ArgumentException.ThrowIfNullOrWhiteSpace(MediaColumnName);
            ArgumentNullException.ThrowIfNull(Media);
            Media.Validate();
            OptionCheck.Range(RowBatchSize, 1, 1024, nameof(RowBatchSize));
            OptionCheck.Range(Parallelism, 0, 256, nameof(Parallelism));
            return new(AudioColumnName, VideoColumnName, StatusColumnName, new RecognitionSettings
            {
                OutputColumnName = StatusColumnName,
                MediaColumnName = MediaColumnName,
                Media = Media,
                RowBatchSize = RowBatchSize,
                Parallelism = Parallelism,
            });
        }
    }
}

/// <summary>Decodes media into clip columns. Made by <see cref="SpeechMediaLoadingEstimator"/>.</summary>
public sealed class SpeechMediaLoadingTransformer : SpeechStageTransformer
{
    private readonly SpeechMediaLoadingStage _stage;

    internal SpeechMediaLoadingTransformer(SpeechMediaLoadingStage stage) : base(stage) => _stage = stage;

    private protected override TransformerChain<ITransformer> ToSavedChain() => _stage.ToSavedChain();
}
