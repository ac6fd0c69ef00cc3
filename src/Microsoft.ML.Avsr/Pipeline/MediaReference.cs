using Microsoft.ML.Avsr.Features;
using Microsoft.ML.Avsr.Media;

namespace Microsoft.ML.Avsr;

/// <summary>What one row says about its media.</summary>
internal sealed record MediaReference
{
    public string? Path { get; init; }
    public byte[]? Bytes { get; init; }
    public AudioClip? Audio { get; init; }
    public VideoClip? Video { get; init; }
    public FeatureSequence? AudioFeatures { get; init; }
    public FeatureSequence? VideoFeatures { get; init; }
    public MouthBox? Box { get; init; }

    /// <summary>The row's landmark file; null where no column names one.</summary>
    public string? Landmarks { get; init; }

    /// <summary>Whether the row has its media in memory, decoded or encoded.</summary>
    public bool HasClips => Audio is not null || Video is not null || AudioFeatures is not null || VideoFeatures is not null;

    /// <summary>The row's name in messages.</summary>
    public string Describe(long row) => string.IsNullOrEmpty(Path) ? $"row {row}" : Path;
}
