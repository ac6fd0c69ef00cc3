namespace Microsoft.ML.Avsr.Media;

/// <summary>What could be read from one media file. A missing modality is null; bad media is a status, not an exception.</summary>
public sealed class MediaClip
{
    /// <summary>Makes a clip of decoded parts.</summary>
    /// <param name="audio">The sound, or null.</param>
    /// <param name="video">The frames, or null.</param>
    /// <param name="status">What became of the file.</param>
    /// <param name="problem">Why the status is not <see cref="MediaStatus.Ok"/>.</param>
    /// <param name="source">What the file says about itself.</param>
    public MediaClip(AudioClip? audio, VideoClip? video, MediaStatus status, string? problem = null, MediaSourceInfo? source = null)
    {
        Audio = audio;
        Video = video;
        Status = status;
        Problem = problem;
        Source = source;
    }

    /// <summary>The sound, mono, at <see cref="MediaReaderOptions.SampleRate"/>; null where there is none.</summary>
    public AudioClip? Audio { get; }

    /// <summary>The frames, grey, at <see cref="MediaReaderOptions.FrameRate"/>; null where there are none.</summary>
    public VideoClip? Video { get; }

    /// <summary>What became of the file.</summary>
    public MediaStatus Status { get; }

    /// <summary>Why the status is not <see cref="MediaStatus.Ok"/>, in words; null when it is.</summary>
    public string? Problem { get; }

    /// <summary>What the file says about itself; null where it could not be opened.</summary>
    public MediaSourceInfo? Source { get; }

    /// <summary>Whether there is any modality to recognise from.</summary>
    public bool IsUsable => Audio is not null || Video is not null;
}
