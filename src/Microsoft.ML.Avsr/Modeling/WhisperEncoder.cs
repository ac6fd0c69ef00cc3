using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>The Whisper audio encoder: log-mel spectrogram to features (specification 3.3).</summary>
/// <remarks>
/// State-dictionary names are Hugging Face's, without their <c>model.encoder.</c> prefix.
/// With a mask, a row of a padded batch gets what it would get alone.
/// </remarks>
public sealed class WhisperEncoder : Module<Tensor, Tensor?, EncodedSequence>
{
    private readonly ConvolutionLayer conv1;
    private readonly ConvolutionLayer conv2;
    private readonly PositionTable? embed_positions;
    private readonly ModuleList<SpeechBlock> layers;
    private readonly LayerNormLayer layer_norm;
    private readonly float[] _frequencies;

    /// <summary>Makes an encoder.</summary>
    /// <param name="config">Its shape.</param>
    /// <param name="construction">Where and how parameters are made; null is random values on the CPU.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range.</exception>
    public WhisperEncoder(WhisperEncoderConfig config, ModuleConstruction? construction = null)
        : base(nameof(WhisperEncoder))
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config.Validated();
        var make = construction ?? ModuleConstruction.Default;
        conv1 = new ConvolutionLayer(config.MelBins, config.Width, [3], [config.FirstStride], [1], hasBias: true, make);
        conv2 = new ConvolutionLayer(config.Width, config.Width, [3], [2], [1], hasBias: true, make);
        if (!config.Rotary)
            embed_positions = new PositionTable(config.MaxPositions, config.Width, make);
        var options = new SpeechBlockOptions
        {
            Width = config.Width,
            Heads = config.Heads,
            FeedForward = config.FeedForward,
            KeyBias = false,
            DepthwiseKernel = config.DepthwiseKernel,
            DepthwiseGelu = config.DepthwiseGelu,
            Dropout = config.Dropout,
        };
        _frequencies = RotaryTable.Frequencies(options.HeadSize, 10000);
        var blocks = new SpeechBlock[config.Layers];
        for (var i = 0; i < blocks.Length; i++)
            blocks[i] = new SpeechBlock(options, make);
        layers = new ModuleList<SpeechBlock>(blocks);
        layer_norm = new LayerNormLayer(config.Width, make);
        RegisterComponents();
    }

    /// <summary>The encoder's shape.</summary>
    public WhisperEncoderConfig Config { get; }

    /// <summary>Frames that the reference keeps of a waveform: 50 per second, at least 25 (specification 3.4).</summary>
    /// <param name="samples">Samples at 16 kHz.</param>
    /// <param name="singlePrecision">Computes in float32 as the reference's code does, which loses a frame at some lengths (specification 15.2).</param>
    /// <returns>Frames at 50 per second; exact unless <paramref name="singlePrecision"/> is set.</returns>
    public static long ReferenceFrames(long samples, bool singlePrecision = false) =>
        Math.Max(singlePrecision ? (long)(samples / 16000f * 50f) : samples * 50 / 16000, 25);

    /// <summary>Encodes a batch.</summary>
    /// <param name="mel">Log-mel, [batch, melBins, frames], 100 frames per second.</param>
    /// <param name="valid">[batch, frames] bool, true for real frames; null when all are (also for Whisper's own 30 s padding).</param>
    /// <returns>Features [batch, ⌈frames / (2 · firstStride)⌉, width] and their mask.</returns>
    /// <exception cref="ArgumentException">A shape does not fit the configuration.</exception>
    public override EncodedSequence forward(Tensor mel, Tensor? valid)
    {
        CheckShapes(mel, valid);
        using var scope = NewDisposeScope();
        var input = PaddingMask.ZeroChannels(mel.to(conv1.DType), valid);
        var state = Activation.Gelu(conv1.call(input)); // [batch, width, frames / firstStride]
        Tensor? mask = null;
        if (valid is not null)
        {
            mask = PaddingMask.Subsample(valid, Config.FirstStride);
            state = PaddingMask.ZeroChannels(state, mask);
            mask = PaddingMask.Subsample(mask, 2);      // [batch, time]
        }
        state = Activation.Gelu(conv2.call(state)).transpose(1, 2); // [batch, time, width]
        RotaryTable? rotary = null;
        if (embed_positions is not null)
            state = embed_positions.call(state);
        else
            rotary = RotaryTable.Of(state.shape[1], _frequencies, state.dtype, state.device);
        if (training && Config.Dropout > 0)
            state = functional.dropout(state, Config.Dropout, true);
        var keyBias = mask is null ? null : PaddingMask.KeyBias(mask, state.dtype);
        foreach (var block in layers)
            state = block.Run(state, mask, keyBias, rotary);
        var features = layer_norm.call(state);
        return new EncodedSequence(features.MoveToOuterDisposeScope(), mask?.MoveToOuterDisposeScope());
    }

    private void CheckShapes(Tensor mel, Tensor? valid)
    {
        ArgumentNullException.ThrowIfNull(mel);
        var shape = mel.shape;
        if (shape.Length != 3 || shape[1] != Config.MelBins || shape[2] < 1)
            throw new ArgumentException($"The log-mel has shape [{string.Join(", ", shape)}]; [batch, {Config.MelBins}, frames] was expected.", nameof(mel));
        var frames = shape[2];
        var time = (((frames + Config.FirstStride - 1) / Config.FirstStride) + 1) / 2;
        if (embed_positions is not null && time > embed_positions.Positions)
        {
            throw new ArgumentException(
                $"The log-mel has {frames} frames, which gives {time} positions; this encoder has {embed_positions.Positions}. Cut the audio into shorter pieces.", nameof(mel));
        }
        if (valid is not null && (valid.dtype != ScalarType.Bool || valid.ndim != 2 || valid.shape[0] != shape[0] || valid.shape[1] != frames))
            throw new ArgumentException($"The mask has shape [{string.Join(", ", valid.shape)}] and type {valid.dtype}; [{shape[0]}, {frames}] bool was expected.", nameof(valid));
    }
}
