using System.Text.Json;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>Shape of a Whisper audio encoder (specification 3.3), or of a small one of the same form that trains from scratch.</summary>
public sealed record WhisperEncoderConfig
{
    /// <summary>Log-mel bands: 80, or 128 for large-v3.</summary>
    public int MelBins { get; init; } = 80;

    /// <summary>Width of the features.</summary>
    public required int Width { get; init; }

    /// <summary>Transformer blocks.</summary>
    public required int Layers { get; init; }

    /// <summary>Attention heads; the width must be a multiple.</summary>
    public required int Heads { get; init; }

    /// <summary>Inner width of the feed-forward parts.</summary>
    public required int FeedForward { get; init; }

    /// <summary>Longest output, in frames; 1500 is 30 s. Not a limit with rotary positions.</summary>
    public int MaxPositions { get; init; } = 1500;

    /// <summary>Stride of the first convolution: 1 gives 50 frames per second (Whisper), 2 gives 25.</summary>
    public int FirstStride { get; init; } = 1;

    /// <summary>Rotary positions in attention in place of Whisper's table of sinusoids.</summary>
    public bool Rotary { get; init; }

    /// <summary>Taps of a depthwise convolution in each block; 0 (Whisper) is none.</summary>
    public int DepthwiseKernel { get; init; }

    /// <summary>A GELU behind that convolution. The presets leave it out: without it a small encoder learns faster. On where a saved model does not say.</summary>
    public bool DepthwiseGelu { get; init; } = true;

    /// <summary>Dropout in training; 0 in all published Whisper models.</summary>
    public double Dropout { get; init; }

    /// <summary>Output frames per second of audio.</summary>
    public double FramesPerSecond => 50.0 / FirstStride;

    /// <summary>About 1.6 million parameters, 25 frames per second: trains from scratch on a laptop.</summary>
    public static WhisperEncoderConfig Scratch { get; } = new()
    {
        Width = 256, Layers = 2, Heads = 4, FeedForward = 768, FirstStride = 2, Rotary = true, DepthwiseKernel = 7, DepthwiseGelu = false, Dropout = 0.1,
    };

    /// <summary>openai/whisper-tiny.</summary>
    public static WhisperEncoderConfig Tiny { get; } = new() { Width = 384, Layers = 4, Heads = 6, FeedForward = 1536 };

    /// <summary>openai/whisper-base.</summary>
    public static WhisperEncoderConfig Base { get; } = new() { Width = 512, Layers = 6, Heads = 8, FeedForward = 2048 };

    /// <summary>openai/whisper-small.</summary>
    public static WhisperEncoderConfig Small { get; } = new() { Width = 768, Layers = 12, Heads = 12, FeedForward = 3072 };

    /// <summary>openai/whisper-medium.</summary>
    public static WhisperEncoderConfig Medium { get; } = new() { Width = 1024, Layers = 24, Heads = 16, FeedForward = 4096 };

    /// <summary>openai/whisper-large and large-v2.</summary>
    public static WhisperEncoderConfig Large { get; } = new() { Width = 1280, Layers = 32, Heads = 20, FeedForward = 5120 };

    /// <summary>openai/whisper-large-v3.</summary>
    public static WhisperEncoderConfig LargeV3 { get; } = Large with { MelBins = 128 };

    /// <summary>Reads a Hugging Face <c>config.json</c> of model type <c>whisper</c>.</summary>
    /// <param name="config">The root object of the file.</param>
    /// <exception cref="InvalidDataException">A field is missing, or describes something that this encoder is not.</exception>
    public static WhisperEncoderConfig FromJson(JsonElement config)
    {
        var type = ConfigJson.Text(config, "model_type", "whisper");
        if (type != "whisper")
            throw new InvalidDataException($"config.json describes a '{type}' model; a Whisper encoder needs model_type 'whisper'.");
        var activation = ConfigJson.Text(config, "activation_function", "gelu");
        if (activation != "gelu")
            throw new InvalidDataException($"config.json has activation_function '{activation}'; Whisper encoders use 'gelu'.");
        return new WhisperEncoderConfig
        {
            MelBins = ConfigJson.Integer(config, "num_mel_bins", 80),
            Width = ConfigJson.Integer(config, "d_model"),
            Layers = ConfigJson.Integer(config, "encoder_layers"),
            Heads = ConfigJson.Integer(config, "encoder_attention_heads"),
            FeedForward = ConfigJson.Integer(config, "encoder_ffn_dim"),
            MaxPositions = ConfigJson.Integer(config, "max_source_positions", 1500),
            Dropout = ConfigJson.Number(config, "dropout", 0),
        }.Validated();
    }

    /// <summary>Returns this configuration, or throws naming the setting that is wrong.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range.</exception>
    public WhisperEncoderConfig Validated()
    {
        ConfigCheck.Range(nameof(WhisperEncoderConfig), nameof(MelBins), MelBins, 1, 4096);
        ConfigCheck.Heads(nameof(WhisperEncoderConfig), Width, Heads, Rotary);
        ConfigCheck.Range(nameof(WhisperEncoderConfig), nameof(Layers), Layers, 0, 1024);
        ConfigCheck.Range(nameof(WhisperEncoderConfig), nameof(FeedForward), FeedForward, 1, 1 << 20);
        ConfigCheck.Range(nameof(WhisperEncoderConfig), nameof(MaxPositions), MaxPositions, 1, 1 << 20);
        ConfigCheck.Range(nameof(WhisperEncoderConfig), nameof(FirstStride), FirstStride, 1, 2);
        ConfigCheck.Odd(nameof(WhisperEncoderConfig), nameof(DepthwiseKernel), DepthwiseKernel);
        ConfigCheck.Dropout(nameof(WhisperEncoderConfig), nameof(Dropout), Dropout);
        return this;
    }
}
