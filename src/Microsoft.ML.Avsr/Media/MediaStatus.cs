namespace Microsoft.ML.Avsr.Media;

/// <summary>What became of a media file. Everything but <see cref="Ok"/> comes with a reason in <see cref="MediaClip.Problem"/>.</summary>
public enum MediaStatus
{
    /// <summary>Every wanted track was decoded to its end.</summary>
    Ok,

    /// <summary>Only sound could be had: no video track, or one that could not be decoded.</summary>
    AudioOnly,

    /// <summary>Only frames could be had: no audio track, or one that could not be decoded.</summary>
    VideoOnly,

    /// <summary>There is no such file, or it may not be opened.</summary>
    Missing,

    /// <summary>The file has no bytes, or its tracks have no samples and no frames.</summary>
    Empty,

    /// <summary>The file is not media, or nothing in it could be decoded.</summary>
    Unreadable,

    /// <summary>The file ends before its declared end; what could be decoded is there.</summary>
    Truncated,

    /// <summary>The file holds neither an audio nor a video track.</summary>
    NoTracks,

    /// <summary>The file breaks a limit of <see cref="MediaReaderOptions"/>.</summary>
    Refused,

    /// <summary>No face was found in the frames.</summary>
    NoFace,

    /// <summary>Decoded to the end, with parts that were corrupt; what could be decoded is there.</summary>
    Damaged,

    /// <summary>Decoding took longer than <see cref="MediaReaderOptions.Timeout"/>.</summary>
    TimedOut,
}
