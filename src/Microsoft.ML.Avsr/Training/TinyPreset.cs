using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Text;

namespace Microsoft.ML.Avsr.Training;

/// <summary>
/// The <c>Tiny</c> preset: a whole Llama-SMoP of a few million parameters that trains from scratch on a laptop CPU.
/// Every stream ends at 12.5 tokens per second.
/// </summary>
internal static class TinyPreset
{
    private const double TokenRate = 12.5;
    private const int LargestTimingVocabulary = 4096;

    /// <summary>The architecture.</summary>
    /// <param name="options">Routing, experts and rates.</param>
    /// <param name="tokenizer">Gives the vocabulary's size.</param>
    /// <param name="pretrainedAudio">Shape of a pretrained audio encoder, or <see langword="null"/> to train a small one.</param>
    /// <param name="audioFeatures">Width of audio features that come encoded (50 per second), instead of an encoder.</param>
    /// <param name="videoFeatures">Width of video features that come encoded (25 per second), instead of an encoder.</param>
    /// <param name="pretrainedVideo">Shape of a pretrained visual encoder, or <see langword="null"/> to train a small one.</param>
    public static AvsrModelConfig Create(
        AvsrTrainerOptions options, SpeechTokenizer tokenizer, WhisperEncoderConfig? pretrainedAudio, int? audioFeatures = null, int? videoFeatures = null,
        VisualEncoderConfig? pretrainedVideo = null)
    {
        var audio = options.Modalities.HasFlag(Modality.Audio) && audioFeatures is null ? pretrainedAudio ?? WhisperEncoderConfig.Scratch : null;
        var video = options.Modalities.HasFlag(Modality.Video) && videoFeatures is null ? pretrainedVideo ?? options.VisualEncoder ?? VisualEncoderConfig.Tiny : null;
        var (audioPace, videoPace) = (audio?.FramesPerSecond ?? 50, video?.FramesPerSecond ?? 25);
        return new AvsrModelConfig
        {
            AudioEncoder = audio,
            VisualEncoder = video,
            // Over a frozen encoder the head only times words, which a large vocabulary would make too dear.
            AudioCtcHead = audio is not null && (pretrainedAudio is null || tokenizer.BaseVocabularySize <= LargestTimingVocabulary),
            AudioCtcRate = pretrainedAudio is null ? RateFor(audioPace) : options.AudioRate ?? RateFor(audioPace),
            VideoCtcHead = video is not null && pretrainedVideo is null,
            AudioFeatureWidth = audioFeatures,
            VideoFeatureWidth = videoFeatures,
            AudioRate = options.AudioRate ?? (audio is null && audioFeatures is null ? 1 : RateFor(audioPace)),
            VideoRate = options.VideoRate ?? (video is null && videoFeatures is null ? 1 : RateFor(videoPace)),
            Projector = ProjectorConfig.Tiny(audio?.Width ?? audioFeatures, video?.Width ?? videoFeatures, options.Routing) with 
            {
                Experts = options.Experts, TopK = options.TopK, VideoExperts = options.VideoExperts, VideoTopK = options.VideoTopK,
            },
            LanguageModel = LlamaConfig.Tiny(tokenizer.VocabularySize),
        };
    }

    private static int RateFor(double framesPerSecond) => Math.Max(1, (int)Math.Round(framesPerSecond / TokenRate));
}
