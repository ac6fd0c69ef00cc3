using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Avsr.Modeling;

namespace Microsoft.ML.Avsr;

/// <summary>What a transformer needs beside the model: column names and how media is read. It is saved with the model, as JSON.</summary>
internal sealed record RecognitionSettings
{
    public required string OutputColumnName { get; init; }
    public string? MediaColumnName { get; init; }
    public string? AudioColumnName { get; init; }
    public string? VideoColumnName { get; init; }
    public MediaColumnKind MediaKind { get; init; }

    /// <summary>Width of the features in the audio column; null where it holds clips.</summary>
    public int? AudioFeatureWidth { get; init; }

    /// <summary>Width of the features in the video column; null where it holds clips.</summary>
    public int? VideoFeatureWidth { get; init; }

    public MouthRegionMode MouthRegion { get; init; }
    public MouthBox? MouthBox { get; init; }
    public IReadOnlyList<string>? MouthBoxColumnNames { get; init; }
    public string? LandmarkColumnName { get; init; }
    public string? FaceDetectorPath { get; init; }
    public FaceLocatorOptions? FaceLocator { get; init; }
    public RecognitionModality Modality { get; init; }
    public MissingModality MissingModality { get; init; }
    public required MediaReaderOptions Media { get; init; }
    public int RowBatchSize { get; init; }
    public int Parallelism { get; init; }

    public string ConfidenceColumnName => OutputColumnName + ".Confidence";
    public string StatusColumnName => OutputColumnName + ".Status";
    public string ModalityColumnName => OutputColumnName + ".Modality";

    /// <summary>The settings on this machine: a decoder's path of another machine is dropped, so that PATH is looked in.</summary>
    public RecognitionSettings Here() => Media.FfmpegPath is { } path && !File.Exists(path) ? this with { Media = Media with { FfmpegPath = null } } : this;

    /// <summary>The streams that are asked for.</summary>
    public Modality Wanted => Modality switch
    {
        RecognitionModality.Audio => Modeling.Modality.Audio,
        RecognitionModality.Video => Modeling.Modality.Video,
        _ => Modeling.Modality.AudioVisual,
    };
}

/// <summary>What the media columns hold.</summary>
internal enum MediaColumnKind
{
    /// <summary>Paths of media files.</summary>
    Path,

    /// <summary>Bytes of media files.</summary>
    Bytes,

    /// <summary>Clips or features, in one or two columns.</summary>
    Clips,
}
