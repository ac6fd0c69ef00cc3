namespace Microsoft.ML.Avsr.Modeling;

/// <summary>Shape of an AV-HuBERT encoder (specification 4), or of a small video encoder of the same family.</summary>
public sealed record VisualEncoderConfig
{
    /// <summary>Channels of the 3-D stem.</summary>
    public int StemChannels { get; init; } = 64;

    /// <summary>Stem kernel: time, and height = width.</summary>
    public (int Time, int Space) StemKernel { get; init; } = (5, 7);

    /// <summary>Frames per output position: 1 keeps 25 per second, 2 gives 12.5.</summary>
    public int TimeStride { get; init; } = 1;

    /// <summary>Average pooling of the input picture: 1 is none, 2 turns 88x88 into 44x44.</summary>
    public int InputPooling { get; init; } = 1;

    /// <summary>Channels of the four trunk stages; each but the first halves the picture.</summary>
    public IReadOnlyList<int> StageChannels { get; init; } = [64, 128, 256, 512];

    /// <summary>Basic blocks of each stage: 2 is ResNet-18.</summary>
    public int BlocksPerStage { get; init; } = 2;

    /// <summary>PReLU with a slope per channel, or plain ReLU.</summary>
    public bool LearnedSlope { get; init; } = true;

    /// <summary>Width of the transformer.</summary>
    public required int Width { get; init; }

    /// <summary>Transformer blocks.</summary>
    public required int Layers { get; init; }

    /// <summary>Attention heads; the width must be a multiple.</summary>
    public required int Heads { get; init; }

    /// <summary>Inner width of the feed-forward parts.</summary>
    public required int FeedForward { get; init; }

    /// <summary>How audio and video are joined.</summary>
    public ModalityFusion Fusion { get; init; } = ModalityFusion.Concatenate;

    /// <summary>Audio values per frame: 4 stacked log-filterbanks of 26. Unused without fusion.</summary>
    public int AudioFeatures { get; init; } = 104;

    /// <summary>Norms before the sub-layers, or after them.</summary>
    public bool NormFirst { get; init; } = true;

    /// <summary>Taps of the convolution that stands for positions; 0 uses rotary positions.</summary>
    public int PositionKernel { get; init; } = 128;

    /// <summary>Groups of that convolution.</summary>
    public int PositionGroups { get; init; } = 16;

    /// <summary>Taps of a depthwise convolution in each block; 0 (AV-HuBERT) is none.</summary>
    public int DepthwiseKernel { get; init; }

    /// <summary>A GELU behind that convolution. The presets leave it out: without it a small encoder learns faster. On where a saved model does not say.</summary>
    public bool DepthwiseGelu { get; init; } = true;

    /// <summary>Dropout in training, of what each sub-layer adds.</summary>
    public double Dropout { get; init; } = 0.1;

    /// <summary>Dropout in training of what enters the transformer.</summary>
    public double InputDropout { get; init; } = 0.1;

    /// <summary>Dropout in training of attention weights.</summary>
    public double AttentionDropout { get; init; } = 0.1;

    /// <summary>Share of blocks skipped in training.</summary>
    public double LayerDrop { get; init; }

    /// <summary>Side of the input picture, in pixels.</summary>
    public int PictureSize { get; init; } = 88;

    /// <summary>Output positions per second at 25 frames per second.</summary>
    public double FramesPerSecond => 25.0 / TimeStride;

    /// <summary>About 1.4 million parameters, 12.5 positions per second: trains from scratch on a laptop.</summary>
    public static VisualEncoderConfig Tiny { get; } = new()
    {
        StemChannels = 16,
        StemKernel = (5, 5),
        TimeStride = 2,
        InputPooling = 2,
        StageChannels = [16, 32, 64, 128],
        BlocksPerStage = 1,
        LearnedSlope = false,
        Width = 256,
        Layers = 2,
        Heads = 4,
        FeedForward = 512,
        Fusion = ModalityFusion.None,
        PositionKernel = 0,
        DepthwiseKernel = 7,
        DepthwiseGelu = false,
        // A small encoder from scratch leaves the plateau of blanks later with more dropout than that of its sub-layers.
        InputDropout = 0,
        AttentionDropout = 0,
    };

    /// <summary>AV-HuBERT Base.</summary>
    public static VisualEncoderConfig Base { get; } = new() { Width = 768, Layers = 12, Heads = 12, FeedForward = 3072, LayerDrop = 0.05 };

    /// <summary>AV-HuBERT Large.</summary>
    public static VisualEncoderConfig Large { get; } = new() { Width = 1024, Layers = 24, Heads = 16, FeedForward = 4096, LayerDrop = 0.05 };

    /// <summary>Returns this configuration, or throws naming the setting that is wrong.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range.</exception>
    public VisualEncoderConfig Validated()
    {
        const string record = nameof(VisualEncoderConfig);
        ConfigCheck.Range(record, nameof(StemChannels), StemChannels, 1, 4096);
        ConfigCheck.Odd(record, nameof(StemKernel), StemKernel.Time);
        ConfigCheck.Odd(record, nameof(StemKernel), StemKernel.Space);
        ConfigCheck.Range(record, nameof(StemKernel), Math.Min(StemKernel.Time, StemKernel.Space), 1, 99);
        ConfigCheck.Range(record, nameof(TimeStride), TimeStride, 1, 8);
        ConfigCheck.Range(record, nameof(InputPooling), InputPooling, 1, 8);
        ConfigCheck.Range(record, nameof(StageChannels) + ".Count", StageChannels.Count, 4, 4);
        foreach (var channels in StageChannels)
            ConfigCheck.Range(record, nameof(StageChannels), channels, 1, 4096);
        ConfigCheck.Range(record, nameof(BlocksPerStage), BlocksPerStage, 1, 8);
        ConfigCheck.Heads(record, Width, Heads, evenHeadSize: PositionKernel == 0);
        ConfigCheck.Range(record, nameof(Layers), Layers, 0, 1024);
        ConfigCheck.Range(record, nameof(FeedForward), FeedForward, 1, 1 << 20);
        ConfigCheck.Range(record, nameof(PositionKernel), PositionKernel, 0, 4096);
        ConfigCheck.Range(record, nameof(PictureSize), PictureSize, 16, 1024);
        if (PositionKernel > 0 && (PositionGroups < 1 || Width % PositionGroups != 0))
            throw new ArgumentOutOfRangeException(nameof(PositionGroups), PositionGroups, $"{record}.{nameof(PositionGroups)} is {PositionGroups}; it must divide Width, {Width}.");
        if (Fusion != ModalityFusion.None)
            ConfigCheck.Range(record, nameof(AudioFeatures), AudioFeatures, 1, 1 << 16);
        ConfigCheck.Odd(record, nameof(DepthwiseKernel), DepthwiseKernel);
        ConfigCheck.Dropout(record, nameof(Dropout), Dropout);
        ConfigCheck.Dropout(record, nameof(InputDropout), InputDropout);
        ConfigCheck.Dropout(record, nameof(AttentionDropout), AttentionDropout);
        ConfigCheck.Dropout(record, nameof(LayerDrop), LayerDrop);
        return this;
    }
}
