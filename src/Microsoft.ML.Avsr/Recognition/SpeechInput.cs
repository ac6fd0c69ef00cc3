using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Avsr.Modeling;

namespace Microsoft.ML.Avsr.Recognition;

/// <summary>What the recogniser hears and sees of one clip. A missing stream is <see langword="null"/>.</summary>
public sealed class SpeechInput
{
    /// <summary>Describes one clip.</summary>
    /// <param name="audio">Mono samples at 16 kHz, or <see langword="null"/>.</param>
    /// <param name="video">Grey mouth crops of 96 x 96 pixels at 25 frames per second, or <see langword="null"/>.</param>
    /// <exception cref="ArgumentException">The sample rate is not 16 kHz or the frames are not 96 x 96.</exception>
    public SpeechInput(AudioClip? audio, VideoClip? video)
    {
        if (audio is not null && audio.SampleRate != SpeechFrontEnd.SampleRate)
            throw new ArgumentException($"The audio is at {audio.SampleRate} Hz; the recogniser needs {SpeechFrontEnd.SampleRate} Hz. Let MediaReader convert it.", nameof(audio));
        if (video is not null && (video.Height != SpeechFrontEnd.CropSize || video.Width != SpeechFrontEnd.CropSize))
            throw new ArgumentException($"The frames are {video.Width} x {video.Height}; the recogniser needs mouth crops of {SpeechFrontEnd.CropSize} x {SpeechFrontEnd.CropSize}. Use an IMouthRegionLocator.", nameof(video));
        Audio = audio is { Samples.Length: >= SpeechFrontEnd.MinimumSamples } ? audio : null;
        Video = video is { Frames: > 0 } ? video : null;
    }

    /// <summary>The sound, or <see langword="null"/> where there is none (or less than 25 ms of it).</summary>
    public AudioClip? Audio { get; }

    /// <summary>The mouth crops, or <see langword="null"/> where there are none.</summary>
    public VideoClip? Video { get; }

    /// <summary>The streams that are present.</summary>
    public Modality Available =>
        (Audio is null ? Modality.None : Modality.Audio) | (Video is null ? Modality.None : Modality.Video);

    /// <summary>The same clip restricted to some of its streams.</summary>
    /// <param name="modality">The streams to keep.</param>
    public SpeechInput Restrict(Modality modality) => new(
        modality.HasFlag(Modality.Audio) ? Audio : null,
        modality.HasFlag(Modality.Video) ? Video : null);
}
