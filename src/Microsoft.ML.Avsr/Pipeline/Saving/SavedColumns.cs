using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Data;

namespace Microsoft.ML.Avsr;

/// <summary>The column names that a saved chain uses inside. Custom mappings find their columns by fixed names after loading.</summary>
internal static class SavedColumns
{
    public const string Media = "Microsoft.ML.Avsr.Media";
    public const string Audio = "Microsoft.ML.Avsr.Audio";
    public const string Video = "Microsoft.ML.Avsr.Video";
    public const string AudioFeatures = "Microsoft.ML.Avsr.Features.Audio";
    public const string VideoFeatures = "Microsoft.ML.Avsr.Features.Video";
    public const string BoxX = "Microsoft.ML.Avsr.Box.X";
    public const string BoxY = "Microsoft.ML.Avsr.Box.Y";
    public const string BoxWidth = "Microsoft.ML.Avsr.Box.Width";
    public const string BoxHeight = "Microsoft.ML.Avsr.Box.Height";
    public const string Landmarks = "Microsoft.ML.Avsr.Landmarks";
    public const string Key = "Microsoft.ML.Avsr.Key";
    public const string Payload = "Microsoft.ML.Avsr.Payload";
    public const string Transcript = "Microsoft.ML.Avsr.Transcript";
    public const string Confidence = "Microsoft.ML.Avsr.Transcript.Confidence";
    public const string Status = "Microsoft.ML.Avsr.Transcript.Status";
    public const string Modality = "Microsoft.ML.Avsr.Transcript.Modality";
    public const string Quality = "Microsoft.ML.Avsr.Quality.";
    public const string AudioLevel = Quality + nameof(MediaQuality.AudioLevel);
    public const string Clipping = Quality + nameof(MediaQuality.Clipping);
    public const string FrameRate = Quality + nameof(MediaQuality.FrameRate);
    public const string AudioOffset = Quality + nameof(MediaQuality.AudioOffset);
    public const string FaceShare = Quality + nameof(MediaQuality.FaceShare);
    public const string FaceScore = Quality + nameof(MediaQuality.FaceScore);

    /// <summary>The key that the payload is looked up by.</summary>
    public const string KeyValue = "avsr";
}

/// <summary>A row without columns.</summary>
internal sealed class SavedNothing;

/// <summary>The constant key.</summary>
internal sealed class SavedKey
{
    [ColumnName(SavedColumns.Key)]
    public string Key { get; set; } = SavedColumns.KeyValue;
}

/// <summary>What the recognising stage of a saved chain reads.</summary>
internal interface ISavedRow
{
    /// <summary>The model and its settings.</summary>
    VBuffer<ReadOnlyMemory<char>> GetPayload();

    /// <summary>The row's media.</summary>
    MediaReference GetMedia();
}

/// <summary>A path.</summary>
internal sealed class SavedPathRow : ISavedRow
{
    [ColumnName(SavedColumns.Media)]
    public string Media { get; set; } = "";

    // A buffer, not strings: reading it copies references, while strings would copy all weights for every row.
    [ColumnName(SavedColumns.Payload)]
    public VBuffer<ReadOnlyMemory<char>> Payload { get; set; }

    public VBuffer<ReadOnlyMemory<char>> GetPayload() => Payload;
    public MediaReference GetMedia() => new() { Path = Media };
}

/// <summary>A path and a mouth box.</summary>
internal sealed class SavedPathBoxRow : ISavedRow
{
    [ColumnName(SavedColumns.Media)]
    public string Media { get; set; } = "";

    [ColumnName(SavedColumns.BoxX)]
    public float X { get; set; }

    [ColumnName(SavedColumns.BoxY)]
    public float Y { get; set; }

    [ColumnName(SavedColumns.BoxWidth)]
    public float Width { get; set; }

    [ColumnName(SavedColumns.BoxHeight)]
    public float Height { get; set; }

    [ColumnName(SavedColumns.Payload)]
    public VBuffer<ReadOnlyMemory<char>> Payload { get; set; }

    public VBuffer<ReadOnlyMemory<char>> GetPayload() => Payload;
    public MediaReference GetMedia() => new() { Path = Media, Box = new MouthBox(X, Y, Width, Height) };
}

/// <summary>The content of a media file.</summary>
internal sealed class SavedBytesRow : ISavedRow
{
    [ColumnName(SavedColumns.Media)]
    public byte[] Media { get; set; } = [];

    [ColumnName(SavedColumns.Payload)]
    public VBuffer<ReadOnlyMemory<char>> Payload { get; set; }

    public VBuffer<ReadOnlyMemory<char>> GetPayload() => Payload;
    public MediaReference GetMedia() => new() { Bytes = Media };
}

/// <summary>The content of a media file, and a mouth box.</summary>
internal sealed class SavedBytesBoxRow : ISavedRow
{
    [ColumnName(SavedColumns.Media)]
    public byte[] Media { get; set; } = [];

    [ColumnName(SavedColumns.BoxX)]
    public float X { get; set; }

    [ColumnName(SavedColumns.BoxY)]
    public float Y { get; set; }

    [ColumnName(SavedColumns.BoxWidth)]
    public float Width { get; set; }

    [ColumnName(SavedColumns.BoxHeight)]
    public float Height { get; set; }

    [ColumnName(SavedColumns.Payload)]
    public VBuffer<ReadOnlyMemory<char>> Payload { get; set; }

    public VBuffer<ReadOnlyMemory<char>> GetPayload() => Payload;
    public MediaReference GetMedia() => new() { Bytes = Media, Box = new MouthBox(X, Y, Width, Height) };
}

/// <summary>Sound.</summary>
internal sealed class SavedAudioRow : ISavedRow
{
    [ColumnName(SavedColumns.Audio), AudioClipType]
    public AudioClip? Audio { get; set; }

    [ColumnName(SavedColumns.Payload)]
    public VBuffer<ReadOnlyMemory<char>> Payload { get; set; }

    public VBuffer<ReadOnlyMemory<char>> GetPayload() => Payload;
    public MediaReference GetMedia() => new() { Audio = Audio };
}

/// <summary>Frames.</summary>
internal sealed class SavedVideoRow : ISavedRow
{
    [ColumnName(SavedColumns.Video), VideoClipType]
    public VideoClip? Video { get; set; }

    [ColumnName(SavedColumns.Payload)]
    public VBuffer<ReadOnlyMemory<char>> Payload { get; set; }

    public VBuffer<ReadOnlyMemory<char>> GetPayload() => Payload;
    public MediaReference GetMedia() => new() { Video = Video };
}

/// <summary>Sound and frames.</summary>
internal sealed class SavedClipsRow : ISavedRow
{
    [ColumnName(SavedColumns.Audio), AudioClipType]
    public AudioClip? Audio { get; set; }

    [ColumnName(SavedColumns.Video), VideoClipType]
    public VideoClip? Video { get; set; }

    [ColumnName(SavedColumns.Payload)]
    public VBuffer<ReadOnlyMemory<char>> Payload { get; set; }

    public VBuffer<ReadOnlyMemory<char>> GetPayload() => Payload;
    public MediaReference GetMedia() => new() { Audio = Audio, Video = Video };
}

/// <summary>Signals of sound and frames that a stage of a saved chain writes.</summary>
internal abstract class SavedMediaQuality
{
    [ColumnName(SavedColumns.AudioLevel)]
    public float AudioLevel { get; set; }

    [ColumnName(SavedColumns.Clipping)]
    public float Clipping { get; set; }

    [ColumnName(SavedColumns.FrameRate)]
    public float FrameRate { get; set; }

    [ColumnName(SavedColumns.AudioOffset)]
    public float AudioOffset { get; set; }

    /// <summary>Takes the signals over.</summary>
    public virtual void Set(MediaQuality quality) => (AudioLevel, Clipping, FrameRate, AudioOffset) =
        ((float)quality.AudioLevel, (float)quality.Clipping, (float)quality.FrameRate, (float)quality.AudioOffset);
}

/// <summary>What the recognising stage of a saved chain writes.</summary>
internal sealed class SavedResult : SavedMediaQuality
{
    [ColumnName(SavedColumns.FaceShare)]
    public float FaceShare { get; set; }

    [ColumnName(SavedColumns.FaceScore)]
    public float FaceScore { get; set; }

    public override void Set(MediaQuality quality)
    {
        base.Set(quality);
        (FaceShare, FaceScore) = ((float)quality.FaceShare, (float)quality.FaceScore);
    }

    [ColumnName(SavedColumns.Transcript)]
    public string Transcript { get; set; } = "";

    [ColumnName(SavedColumns.Confidence)]
    public float Confidence { get; set; }

    [ColumnName(SavedColumns.Status)]
    public string Status { get; set; } = "";

    [ColumnName(SavedColumns.Modality)]
    public string Modality { get; set; } = "";
}
