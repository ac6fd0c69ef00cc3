using Microsoft.ML.Avsr.Modeling;

namespace Microsoft.ML.Avsr.Accuracy;

/// <summary>The shapes of the sizes.</summary>
internal static class VisualSizes
{
    /// <summary>The encoder's shape; null is the preset's own.</summary>
    public static VisualEncoderConfig? Shape(this VisualSize size) => size == VisualSize.Tiny ? null
        : VisualEncoderConfig.Tiny with { StemChannels = 8, StageChannels = [8, 16, 32, 64], Width = 128, Layers = 1, FeedForward = 256 };
}
