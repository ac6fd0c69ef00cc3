using Microsoft.ML.Avsr.Features;
using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace Microsoft.ML.Avsr;

/// <summary>A landmark file beside the payload.</summary>
internal abstract class SavedLandmarkRow : SavedRow
{
    [ColumnName(SavedColumns.Landmarks)]
    public string Landmarks { get; set; } = "";
}

/// <summary>A path and a landmark file.</summary>
internal sealed class SavedPathLandmarksRow : SavedLandmarkRow
{
    [ColumnName(SavedColumns.Media)]
    public string Media { get; set; } = "";

    public override MediaReference GetMedia() => new() { Path = Media, Landmarks = Landmarks };
}

/// <summary>The content of a media file, and a landmark file.</summary>
internal sealed class SavedBytesLandmarksRow : SavedLandmarkRow
{
    [ColumnName(SavedColumns.Media)]
    public byte[] Media { get; set; } = [];

    public override MediaReference GetMedia() => new() { Bytes = Media, Landmarks = Landmarks };
}

/// <summary>Frames and a landmark file.</summary>
internal sealed class SavedVideoLandmarksRow : SavedLandmarkRow
{
    [ColumnName(SavedColumns.Video), VideoClipType]
    public VideoClip? Video { get; set; }

    public override MediaReference GetMedia() => new() { Video = Video, Landmarks = Landmarks };
}

/// <summary>Sound, frames and a landmark file.</summary>
internal sealed class SavedClipsLandmarksRow : SavedLandmarkRow
{
    [ColumnName(SavedColumns.Audio), AudioClipType]
    public AudioClip? Audio { get; set; }

    [ColumnName(SavedColumns.Video), VideoClipType]
    public VideoClip? Video { get; set; }

    public override MediaReference GetMedia() => new() { Audio = Audio, Video = Video, Landmarks = Landmarks };
}

/// <summary>Encoded sound, frames and a landmark file.</summary>
internal sealed class SavedAudioFeaturesVideoLandmarksRow : SavedLandmarkRow
{
    [ColumnName(SavedColumns.AudioFeatures), FeatureSequenceType]
    public FeatureSequence? AudioFeatures { get; set; }

    [ColumnName(SavedColumns.Video), VideoClipType]
    public VideoClip? Video { get; set; }

    public override MediaReference GetMedia() => new() { AudioFeatures = AudioFeatures, Video = Video, Landmarks = Landmarks };
}

/// <summary>Recognises from paths and landmark files.</summary>
[CustomMappingFactoryAttribute(SavedContracts.PathLandmarks)]
internal sealed class SavedPathLandmarksRecognition : SavedRecognition<SavedPathLandmarksRow>;

/// <summary>Recognises from the content of files and landmark files.</summary>
[CustomMappingFactoryAttribute(SavedContracts.BytesLandmarks)]
internal sealed class SavedBytesLandmarksRecognition : SavedRecognition<SavedBytesLandmarksRow>;

/// <summary>Recognises from frames and landmark files.</summary>
[CustomMappingFactoryAttribute(SavedContracts.VideoLandmarks)]
internal sealed class SavedVideoLandmarksRecognition : SavedRecognition<SavedVideoLandmarksRow>;

/// <summary>Recognises from sound, frames and landmark files.</summary>
[CustomMappingFactoryAttribute(SavedContracts.ClipsLandmarks)]
internal sealed class SavedClipsLandmarksRecognition : SavedRecognition<SavedClipsLandmarksRow>;

/// <summary>Recognises from encoded sound, frames and landmark files.</summary>
[CustomMappingFactoryAttribute(SavedContracts.AudioFeaturesVideoLandmarks)]
internal sealed class SavedAudioFeaturesVideoLandmarksRecognition : SavedRecognition<SavedAudioFeaturesVideoLandmarksRow>;
