namespace Microsoft.ML.Avsr.Media;

/// <summary>What a media file says about itself, before conversion, and what decoding measured. What is declared is not to be trusted: headers can lie.</summary>
public sealed record MediaSourceInfo
{
    /// <summary>The container's name as ffmpeg gives it, for example <c>mov,mp4,m4a,3gp,3g2,mj2</c>.</summary>
    public string? Container { get; init; }

    /// <summary>Declared length, or null where the container does not say.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>When the earliest track starts, on the container's clock.</summary>
    public TimeSpan? Start { get; init; }

    /// <summary>Declared frame size in pixels (before rotation), or null without video.</summary>
    public (int Width, int Height)? FrameSize { get; init; }

    /// <summary>Declared average frame rate per second, or null without video.</summary>
    public double? FrameRate { get; init; }

    /// <summary>
    /// Frames per second by the time stamps of what was decoded, on average; null where fewer than nine frames were, or the file needed no
    /// decoder.
    /// </summary>
    public double? MeasuredFrameRate { get; init; }

    /// <summary>How much later the sound starts than the frames; null unless both were decoded. The clips are padded to one start.</summary>
    public TimeSpan? AudioOffset { get; init; }

    /// <summary>Declared sample rate per second, or null without audio.</summary>
    public int? SampleRate { get; init; }

    /// <summary>Rotation in degrees that the container asks for; frames are delivered upright.</summary>
    public double Rotation { get; init; }

    /// <summary>Number of video tracks; cover pictures do not count.</summary>
    public int VideoTracks { get; init; }

    /// <summary>Number of audio tracks.</summary>
    public int AudioTracks { get; init; }
}
