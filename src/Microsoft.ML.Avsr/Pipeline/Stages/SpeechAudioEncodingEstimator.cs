using Microsoft.ML.Avsr.Features;
using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Data;

namespace Microsoft.ML.Avsr;

/// <summary>
/// Encodes sound with a pretrained Whisper encoder, which stays as it is: from a column of <see cref="AudioClip"/> to one of
/// <see cref="FeatureSequence"/>. Put <c>AppendCacheCheckpoint</c> behind it, so that what follows does not encode again.
/// </summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// Create it with `mlContext.Transforms.EncodeSpeechAudio(...)`, or `mlContext.Avsr().EncodeSpeechAudio(...)` to use the context's GPU. A sample that is compiled and run: docs/samples/Transforms/EncodeSpeechAudio.cs.
///
/// ### Estimator Characteristics
/// |  |  |
/// | -- | -- |
/// | Does this estimator need to look at the data to train its parameters? | No |
/// | Input column data type | Audio clip |
/// | Output column data type | Feature sequence |
/// | Required NuGet in addition to Microsoft.ML | Microsoft.ML.Avsr, and TorchSharp-cpu or TorchSharp-cuda |
/// | Exportable to ONNX | No |
/// ]]></format>
/// </remarks>
public sealed class SpeechAudioEncodingEstimator : SpeechStageEstimator<SpeechAudioEncodingTransformer>
{
    private readonly EncodingSettings _settings;
    private readonly (int? GpuDeviceId, bool? FallbackToCpu, AvsrLog Log) _device;
    private readonly CancellationToken _cancellationToken;

    internal SpeechAudioEncodingEstimator(Options options, AvsrLog log) : this(options.Validate()) =>
        (_device, _cancellationToken) = ((options.GpuDeviceId, options.FallbackToCpu, log), options.CancellationToken);

    private SpeechAudioEncodingEstimator(EncodingSettings settings) : base(new SpeechEncodingStage<AudioClip>(settings, AudioClipDataViewType.Instance)) => _settings = settings;

    private protected override SpeechAudioEncodingTransformer Create(DataViewSchema inputSchema) =>
        new(new SpeechEncodingStage<AudioClip>(_settings.Hashed(), AudioClipDataViewType.Instance, new WhisperFeatureEncoder(_settings.Weights, _settings.PadTo30Seconds, TorchDevice.Resolve(_device.GpuDeviceId, _device.FallbackToCpu, _device.Log)), _cancellationToken));

    /// <summary>The options of <see cref="SpeechAudioEncodingEstimator"/>.</summary>
    public sealed class Options
    {
        /// <summary>Folder of the Whisper model, in Hugging Face's layout.</summary>
        public string EncoderFolder { get; set; } = "";

        /// <summary>The column that is added.</summary>
        public string OutputColumnName { get; set; } = "AudioFeatures";

        /// <summary>The column of sound, at 16 kHz.</summary>
        public string InputColumnName { get; set; } = "Audio";

        /// <summary>Whether clips are padded to 30 s before encoding, as Whisper was trained; without it short clips are encoded much faster.</summary>
        public bool PadTo30Seconds { get; set; } = true;

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
            if (!Directory.Exists(EncoderFolder))
                throw new DirectoryNotFoundException($"{nameof(EncoderFolder)} '{EncoderFolder}' does not exist.");
            return new(OutputColumnName, InputColumnName, Path.GetFullPath(EncoderFolder), null, PadTo30Seconds, RowBatchSize);
        }
    }
}

/// <summary>Encodes sound. Made by <see cref="SpeechAudioEncodingEstimator"/>; dispose it to free the encoder's memory.</summary>
public sealed class SpeechAudioEncodingTransformer : SpeechStageTransformer, IDisposable
{
    private readonly SpeechEncodingStage<AudioClip> _stage;

    internal SpeechAudioEncodingTransformer(SpeechEncodingStage<AudioClip> stage) : base(stage) => _stage = stage;

    /// <summary>Clips that were encoded so far.</summary>
    public long ClipsEncoded => _stage.Encoder!.Encoded;

    /// <summary>Frees the encoder.</summary>
    public void Dispose() => _stage.Encoder!.Dispose();

    private protected override TransformerChain<ITransformer> ToSavedChain() => SavedChain.Build(
        new AudioEncodingFactory().GetMapping(), AudioEncodingFactory.Contract, StagePayload.Write(_stage.Settings), _stage.UserName);
}
