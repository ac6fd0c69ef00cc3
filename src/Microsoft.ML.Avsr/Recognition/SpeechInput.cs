using Microsoft.ML.Avsr.Features;
using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Avsr.Modeling;

namespace Microsoft.ML.Avsr.Recognition;

/// <summary>What the recogniser hears and sees of one clip. A missing stream is <see langword="null"/>.</summary>
/// <remarks>A stream may come as a clip, or already encoded, for models that were trained on encoded features.</remarks>
public sealed class SpeechInput
{
    /// <summary>Describes one clip.</summary>
    /// <param name="audio">Mono samples at 16 kHz, or <see langword="null"/>.</param>
    /// <param name="video">Grey mouth crops of 96 x 96 pixels at 25 frames per second, or <see langword="null"/>.</param>
    /// <exception cref="ArgumentException">The sample rate is not 16 kHz or the frames are not 96 x 96.</exception>
    public SpeechInput(AudioClip? audio, VideoClip? video) : this(audio, video, null, null) { }

    /// <summary>Describes one clip, whose streams may be encoded.</summary>
    /// <param name="audio">Mono samples at 16 kHz, or <see langword="null"/>.</param>
    /// <param name="video">Grey mouth crops of 96 x 96 pixels at 25 frames per second, or <see langword="null"/>.</param>
    /// <param name="audioFeatures">Features [time, width] of an audio encoder, or <see langword="null"/>.</param>
    /// <param name="videoFeatures">Features [time, width] of a visual encoder, or <see langword="null"/>.</param>
    /// <exception cref="ArgumentException">The sample rate is not 16 kHz or the frames are not 96 x 96.</exception>
    public SpeechInput(AudioClip? audio, VideoClip? video, FeatureSequence? audioFeatures, FeatureSequence? videoFeatures)
    {
        if (audio is not null && audio.SampleRate != SpeechFrontEnd.SampleRate)
            throw new ArgumentException($"The audio is at {audio.SampleRate} Hz; the recogniser needs {SpeechFrontEnd.SampleRate} Hz. Let MediaReader convert it.", nameof(audio));
        if (video is not null && (video.Height != SpeechFrontEnd.CropSize || video.Width != SpeechFrontEnd.CropSize))
            throw new ArgumentException($"The frames are {video.Width} x {video.Height}; the recogniser needs mouth crops of {SpeechFrontEnd.CropSize} x {SpeechFrontEnd.CropSize}. Use an IMouthRegionLocator.", nameof(video));
        Audio = audio is { Samples.Length: >= SpeechFrontEnd.MinimumSamples } ? audio : null;
        Video = video is { Frames: > 0 } ? video : null;
        AudioFeatures = audioFeatures is { Time: > 0 } ? audioFeatures : null;
        VideoFeatures = videoFeatures is { Time: > 0 } ? videoFeatures : null;
    }

    /// <summary>The sound, or <see langword="null"/> where there is none (or less than 25 ms of it).</summary>
    public AudioClip? Audio { get; }

    /// <summary>The mouth crops, or <see langword="null"/> where there are none.</summary>
    public VideoClip? Video { get; }

    /// <summary>The sound's features, [time, width], or <see langword="null"/> where it is not encoded.</summary>
    public FeatureSequence? AudioFeatures { get; }

    /// <summary>The picture's features, [time, width], or <see langword="null"/> where it is not encoded.</summary>
    public FeatureSequence? VideoFeatures { get; }

    /// <summary>The streams that are present.</summary>
    public Modality Available =>
        (Audio is null && AudioFeatures is null ? Modality.None : Modality.Audio) | (Video is null && VideoFeatures is null ? Modality.None : Modality.Video);

    /// <summary>The same clip restricted to some of its streams.</summary>
    /// <param name="modality">The streams to keep.</param>
    public SpeechInput Restrict(Modality modality)
    {
        var (hears, sees) = (modality.HasFlag(Modality.Audio), modality.HasFlag(Modality.Video));
        return new(hears ? Audio : null, sees ? Video : null, hears ? AudioFeatures : null, sees ? VideoFeatures : null);
    }

    /// <summary>The same clip with other sound.</summary>
    internal SpeechInput WithAudio(AudioClip audio) => new(audio, Video, AudioFeatures, VideoFeatures);

    /// <summary>The same clip with each stream in one form: encoded or not.</summary>
    internal SpeechInput As(bool audioFeatures, bool videoFeatures) => new(
        audioFeatures ? null : Audio, videoFeatures ? null : Video, audioFeatures ? AudioFeatures : null, videoFeatures ? VideoFeatures : null);

    /// <summary>What a model takes of the clip.</summary>
    /// <exception cref="ArgumentException">Features are not as wide as the model's.</exception>
    internal SpeechInput For(AvsrModelConfig config)
    {
        var taken = As(config.AudioFeatureWidth is not null, config.VideoFeatureWidth is not null).Restrict(config.Supported);
        Check(taken.AudioFeatures, config.AudioFeatureWidth, "audio");
        Check(taken.VideoFeatures, config.VideoFeatureWidth, "video");
        return taken;
    }

    private static void Check(FeatureSequence? features, int? width, string stream)
    {
        if (features is not null && features.Width != width)
            throw new ArgumentException($"The {stream} features are {features.Width} wide; the model takes features of width {width}. Encode with the encoder that the model was trained behind.");
    }
}
