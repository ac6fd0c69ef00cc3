using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Data;

namespace Microsoft.ML.Avsr;

/// <summary>A path.</summary>
internal sealed class SavedPathRow : SavedRow
{
    [ColumnName(SavedColumns.Media)]
    public string Media { get; set; } = "";

    public override MediaReference GetMedia() => new() { Path = Media };
}

/// <summary>A path and a mouth box.</summary>
internal sealed class SavedPathBoxRow : SavedBoxRow
{
    [ColumnName(SavedColumns.Media)]
    public string Media { get; set; } = "";

    public override MediaReference GetMedia() => new() { Path = Media, Box = GetBox() };
}

/// <summary>The content of a media file.</summary>
internal sealed class SavedBytesRow : SavedRow
{
    [ColumnName(SavedColumns.Media)]
    public byte[] Media { get; set; } = [];

    public override MediaReference GetMedia() => new() { Bytes = Media };
}

/// <summary>The content of a media file, and a mouth box.</summary>
internal sealed class SavedBytesBoxRow : SavedBoxRow
{
    [ColumnName(SavedColumns.Media)]
    public byte[] Media { get; set; } = [];

    public override MediaReference GetMedia() => new() { Bytes = Media, Box = GetBox() };
}

/// <summary>Sound.</summary>
internal sealed class SavedAudioRow : SavedRow
{
    [ColumnName(SavedColumns.Audio), AudioClipType]
    public AudioClip? Audio { get; set; }

    public override MediaReference GetMedia() => new() { Audio = Audio };
}

/// <summary>Frames.</summary>
internal sealed class SavedVideoRow : SavedRow
{
    [ColumnName(SavedColumns.Video), VideoClipType]
    public VideoClip? Video { get; set; }

    public override MediaReference GetMedia() => new() { Video = Video };
}

/// <summary>Sound and frames.</summary>
internal sealed class SavedClipsRow : SavedRow
{
    [ColumnName(SavedColumns.Audio), AudioClipType]
    public AudioClip? Audio { get; set; }

    [ColumnName(SavedColumns.Video), VideoClipType]
    public VideoClip? Video { get; set; }

    public override MediaReference GetMedia() => new() { Audio = Audio, Video = Video };
}

/// <summary>Frames and a mouth box.</summary>
internal sealed class SavedVideoBoxRow : SavedBoxRow
{
    [ColumnName(SavedColumns.Video), VideoClipType]
    public VideoClip? Video { get; set; }

    public override MediaReference GetMedia() => new() { Video = Video, Box = GetBox() };
}

/// <summary>Sound, frames and a mouth box.</summary>
internal sealed class SavedClipsBoxRow : SavedBoxRow
{
    [ColumnName(SavedColumns.Audio), AudioClipType]
    public AudioClip? Audio { get; set; }

    [ColumnName(SavedColumns.Video), VideoClipType]
    public VideoClip? Video { get; set; }

    public override MediaReference GetMedia() => new() { Audio = Audio, Video = Video, Box = GetBox() };
}
