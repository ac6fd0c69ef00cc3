using Microsoft.ML.Avsr.Features;
using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Data;

namespace Microsoft.ML.Avsr;

/// <summary>Encoded sound.</summary>
internal sealed class SavedAudioFeaturesRow : SavedRow
{
    [ColumnName(SavedColumns.AudioFeatures), FeatureSequenceType]
    public FeatureSequence? AudioFeatures { get; set; }

    public override MediaReference GetMedia() => new() { AudioFeatures = AudioFeatures };
}

/// <summary>Encoded frames.</summary>
internal sealed class SavedVideoFeaturesRow : SavedRow
{
    [ColumnName(SavedColumns.VideoFeatures), FeatureSequenceType]
    public FeatureSequence? VideoFeatures { get; set; }

    public override MediaReference GetMedia() => new() { VideoFeatures = VideoFeatures };
}

/// <summary>Encoded sound and encoded frames.</summary>
internal sealed class SavedBothFeaturesRow : SavedRow
{
    [ColumnName(SavedColumns.AudioFeatures), FeatureSequenceType]
    public FeatureSequence? AudioFeatures { get; set; }

    [ColumnName(SavedColumns.VideoFeatures), FeatureSequenceType]
    public FeatureSequence? VideoFeatures { get; set; }

    public override MediaReference GetMedia() => new() { AudioFeatures = AudioFeatures, VideoFeatures = VideoFeatures };
}

/// <summary>Encoded sound and frames.</summary>
internal sealed class SavedAudioFeaturesVideoRow : SavedRow
{
    [ColumnName(SavedColumns.AudioFeatures), FeatureSequenceType]
    public FeatureSequence? AudioFeatures { get; set; }

    [ColumnName(SavedColumns.Video), VideoClipType]
    public VideoClip? Video { get; set; }

    public override MediaReference GetMedia() => new() { AudioFeatures = AudioFeatures, Video = Video };
}

/// <summary>Encoded sound, frames and a mouth box.</summary>
internal sealed class SavedAudioFeaturesVideoBoxRow : SavedBoxRow
{
    [ColumnName(SavedColumns.AudioFeatures), FeatureSequenceType]
    public FeatureSequence? AudioFeatures { get; set; }

    [ColumnName(SavedColumns.Video), VideoClipType]
    public VideoClip? Video { get; set; }

    public override MediaReference GetMedia() => new() { AudioFeatures = AudioFeatures, Video = Video, Box = GetBox() };
}

/// <summary>Sound and encoded frames.</summary>
internal sealed class SavedAudioVideoFeaturesRow : SavedRow
{
    [ColumnName(SavedColumns.Audio), AudioClipType]
    public AudioClip? Audio { get; set; }

    [ColumnName(SavedColumns.VideoFeatures), FeatureSequenceType]
    public FeatureSequence? VideoFeatures { get; set; }

    public override MediaReference GetMedia() => new() { Audio = Audio, VideoFeatures = VideoFeatures };
}
