using Microsoft.ML.Avsr.Features;
using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Data;

namespace Microsoft.ML.Avsr;

/// <summary>
/// Encodes mouth regions with a pretrained AV-HuBERT encoder, which stays as it is: from a column of <see cref="VideoClip"/> (96 x 96,
/// see <see cref="MouthRegionCroppingEstimator"/>) to one of <see cref="FeatureSequence"/>. Put <c>AppendCacheCheckpoint</c> behind it,
/// so that what follows does not encode again.
/// </summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// Create it with `mlContext.Transforms.EncodeSpeechVideo(...)`, or `mlContext.Avsr().EncodeSpeechVideo(...)` to use the context's GPU. A sample that is compiled and run: docs/samples/Transforms/EncodeSpeechVideo.cs.
///
/// ### Estimator Characteristics
/// |  |  |
/// | -- | -- |
/// | Does this estimator need to look at the data to train its parameters? | No |
/// | Input column data type | Video clip of 96 x 96 |
/// | Output column data type | Feature sequence |
/// | Required NuGet in addition to Microsoft.ML | Microsoft.ML.Avsr, and TorchSharp-cpu or TorchSharp-cuda |
/// | Exportable to ONNX | No |
/// ]]></format>
/// </remarks>
public sealed class SpeechVideoEncodingEstimator : SpeechStageEstimator<SpeechVideoEncodingTransformer>
{
    private readonly EncodingSettings _settings;
    private readonly (int? GpuDeviceId, bool? FallbackToCpu, AvsrLog Log) _device;
    private readonly CancellationToken _cancellationToken;

    internal SpeechVideoEncodingEstimator(Options options, AvsrLog log) : this(options.Validate()) =>
        (_device, _cancellationToken) = ((options.GpuDeviceId, options.FallbackToCpu, log), options.CancellationToken);

    private SpeechVideoEncodingEstimator(EncodingSettings settings) : base(new SpeechEncodingStage<VideoClip>(settings, VideoClipDataViewType.Instance)) => _settings = settings;

    private protected override SpeechVideoEncodingTransformer Create(DataViewSchema inputSchema) =>
        new(new SpeechEncodingStage<VideoClip>(_settings.Hashed(), VideoClipDataViewType.Instance, new AvHubertFeatureEncoder(_settings.Weights, TorchDevice.Resolve(_device.GpuDeviceId, _device.FallbackToCpu, _device.Log)), _cancellationToken));

    /// <summary>The options of <see cref="SpeechVideoEncodingEstimator"/>.</summary>
    public sealed class Options
    {
        /// <summary>Path of the AV-HuBERT file.</summary>
        public string CheckpointPath { get; set; } = "";

        /// <summary>The column that is added.</summary>
        public string OutputColumnName { get; set; } = "VideoFeatures";

        /// <summary>The column of mouth regions.</summary>
        public string InputColumnName { get; set; } = "Mouth";

        /// <summary>Clips that a cursor encodes together. 1 to 1024.</summary>
        public int RowBatchSize { get; set; } = 8;

        /// <summary>
        /// The GPU to encode on, from 0; null is the context's where the estimator comes from <c>mlContext.Avsr()</c>, else the CPU. 0 to 127.
        /// </summary>
        public int? GpuDeviceId { get; set; }

        /// <summary>
        /// Whether the CPU will do where that GPU is missing; null is the context's where the estimator comes from <c>mlContext.Avsr()</c>,
        /// else no: then fitting throws <see cref="GpuUnavailableException"/>.
        /// </summary>
        public bool? FallbackToCpu { get; set; }

        /// <summary>Stops the cursors of the fitted transformer.</summary>
        public CancellationToken CancellationToken { get; set; }

        internal EncodingSettings Validate()
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(OutputColumnName);
            ArgumentException.ThrowIfNullOrWhiteSpace(InputColumnName);
            OptionCheck.Range(RowBatchSize, 1, 1024, nameof(RowBatchSize));
            OptionCheck.Range(GpuDeviceId ?? 0, 0, 127, nameof(GpuDeviceId));
            if (!File.Exists(CheckpointPath))
                throw new FileNotFoundException($"{nameof(CheckpointPath)} '{CheckpointPath}' does not exist.", CheckpointPath);
            return new(OutputColumnName, InputColumnName, Path.GetFullPath(CheckpointPath), null, false, RowBatchSize);
        }
    }
}

/// <summary>Encodes mouth regions. Made by <see cref="SpeechVideoEncodingEstimator"/>; dispose it to free the encoder's memory.</summary>
public sealed class SpeechVideoEncodingTransformer : SpeechStageTransformer, IDisposable
{
    private readonly SpeechEncodingStage<VideoClip> _stage;

    internal SpeechVideoEncodingTransformer(SpeechEncodingStage<VideoClip> stage) : base(stage) => _stage = stage;

    /// <summary>Clips that were encoded so far.</summary>
    public long ClipsEncoded => _stage.Encoder!.Encoded;

    /// <summary>Frees the encoder.</summary>
    public void Dispose() => _stage.Encoder!.Dispose();

    private protected override TransformerChain<ITransformer> ToSavedChain() => SavedChain.Build(
        new VideoEncodingFactory().GetMapping(), VideoEncodingFactory.Contract, StagePayload.Write(_stage.Settings), _stage.UserName);
}
