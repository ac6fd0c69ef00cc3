namespace Microsoft.ML.Avsr.Modeling;

/// <summary>Shape of one bidirectional transformer block. Whisper, AV-HuBERT and the small encoders are settings of it.</summary>
internal sealed record SpeechBlockOptions
{
    public required int Width { get; init; }

    public required int Heads { get; init; }

    public required int FeedForward { get; init; }

    /// <summary>Whisper's key projection has no bias; AV-HuBERT's has.</summary>
    public bool KeyBias { get; init; } = true;

    /// <summary>Norms before the sub-layers (and a final one after the blocks), or after each residual sum.</summary>
    public bool NormFirst { get; init; } = true;

    /// <summary>Taps of a depthwise convolution before attention; 0 is none.</summary>
    public int DepthwiseKernel { get; init; }

    /// <summary>A GELU behind that convolution.</summary>
    public bool DepthwiseGelu { get; init; }

    public double Dropout { get; init; }

    public double AttentionDropout { get; init; }

    public LoraConfig? Lora { get; init; }

    public int HeadSize => Width / Heads;
}
