using Microsoft.ML.Avsr.Features;
using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Data;

namespace Microsoft.ML.Avsr;

/// <summary>What the rows below share: the payload.</summary>
internal abstract class SavedMemoryRow : ISavedRow
{
    [ColumnName(SavedColumns.Payload)]
    public VBuffer<ReadOnlyMemory<char>> Payload { get; set; }

    public VBuffer<ReadOnlyMemory<char>> GetPayload() => Payload;
    public abstract MediaReference GetMedia();
}

/// <summary>A mouth box beside the payload.</summary>
internal abstract class SavedMemoryBoxRow : SavedMemoryRow
{
    [ColumnName(SavedColumns.BoxX)]
    public float X { get; set; }

    [ColumnName(SavedColumns.BoxY)]
    public float Y { get; set; }

    [ColumnName(SavedColumns.BoxWidth)]
    public float Width { get; set; }

    [ColumnName(SavedColumns.BoxHeight)]
    public float Height { get; set; }

    protected MouthBox GetBox() => new(X, Y, Width, Height);
}

/// <summary>Frames and a mouth box.</summary>
internal sealed class SavedVideoBoxRow : SavedMemoryBoxRow
{
    [ColumnName(SavedColumns.Video), VideoClipType]
    public VideoClip? Video { get; set; }

    public override MediaReference GetMedia() => new() { Video = Video, Box = GetBox() };
}

/// <summary>Sound, frames and a mouth box.</summary>
internal sealed class SavedClipsBoxRow : SavedMemoryBoxRow
{
    [ColumnName(SavedColumns.Audio), AudioClipType]
    public AudioClip? Audio { get; set; }

    [ColumnName(SavedColumns.Video), VideoClipType]
    public VideoClip? Video { get; set; }

    public override MediaReference GetMedia() => new() { Audio = Audio, Video = Video, Box = GetBox() };
}

/// <summary>Encoded sound.</summary>
internal sealed class SavedAudioFeaturesRow : SavedMemoryRow
{
    [ColumnName(SavedColumns.AudioFeatures), FeatureSequenceType]
    public FeatureSequence? AudioFeatures { get; set; }

    public override MediaReference GetMedia() => new() { AudioFeatures = AudioFeatures };
}

/// <summary>Encoded frames.</summary>
internal sealed class SavedVideoFeaturesRow : SavedMemoryRow
{
    [ColumnName(SavedColumns.VideoFeatures), FeatureSequenceType]
    public FeatureSequence? VideoFeatures { get; set; }

    public override MediaReference GetMedia() => new() { VideoFeatures = VideoFeatures };
}

/// <summary>Encoded sound and encoded frames.</summary>
internal sealed class SavedBothFeaturesRow : SavedMemoryRow
{
    [ColumnName(SavedColumns.AudioFeatures), FeatureSequenceType]
    public FeatureSequence? AudioFeatures { get; set; }

    [ColumnName(SavedColumns.VideoFeatures), FeatureSequenceType]
    public FeatureSequence? VideoFeatures { get; set; }

    public override MediaReference GetMedia() => new() { AudioFeatures = AudioFeatures, VideoFeatures = VideoFeatures };
}

/// <summary>Encoded sound and frames.</summary>
internal sealed class SavedAudioFeaturesVideoRow : SavedMemoryRow
{
    [ColumnName(SavedColumns.AudioFeatures), FeatureSequenceType]
    public FeatureSequence? AudioFeatures { get; set; }

    [ColumnName(SavedColumns.Video), VideoClipType]
    public VideoClip? Video { get; set; }

    public override MediaReference GetMedia() => new() { AudioFeatures = AudioFeatures, Video = Video };
}

/// <summary>Encoded sound, frames and a mouth box.</summary>
internal sealed class SavedAudioFeaturesVideoBoxRow : SavedMemoryBoxRow
{
    [ColumnName(SavedColumns.AudioFeatures), FeatureSequenceType]
    public FeatureSequence? AudioFeatures { get; set; }

    [ColumnName(SavedColumns.Video), VideoClipType]
    public VideoClip? Video { get; set; }

    public override MediaReference GetMedia() => new() { AudioFeatures = AudioFeatures, Video = Video, Box = GetBox() };
}

/// <summary>Sound and encoded frames.</summary>
internal sealed class SavedAudioVideoFeaturesRow : SavedMemoryRow
{
    [ColumnName(SavedColumns.Audio), AudioClipType]
    public AudioClip? Audio { get; set; }

    [ColumnName(SavedColumns.VideoFeatures), FeatureSequenceType]
    public FeatureSequence? VideoFeatures { get; set; }

    public override MediaReference GetMedia() => new() { Audio = Audio, VideoFeatures = VideoFeatures };
}
