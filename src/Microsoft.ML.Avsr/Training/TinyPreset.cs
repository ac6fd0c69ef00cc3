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

    /// <summary>The architecture.</summary>
    /// <param name="options">Routing, experts and rates.</param>
    /// <param name="tokenizer">Gives the vocabulary's size.</param>
    /// <param name="pretrainedAudio">Shape of a pretrained audio encoder, or <see langword="null"/> to train a small one.</param>
    public static AvsrModelConfig Create(AvsrTrainerOptions options, SpeechTokenizer tokenizer, WhisperEncoderConfig? pretrainedAudio)
    {
        var audio = options.Modalities.HasFlag(Modality.Audio) ? pretrainedAudio ?? WhisperEncoderConfig.Scratch : null;
        var video = options.Modalities.HasFlag(Modality.Video) ? VisualEncoderConfig.Tiny : null;
        return new AvsrModelConfig
        {
            AudioEncoder = audio,
            VisualEncoder = video,
            AudioCtcHead = audio is not null && pretrainedAudio is null,
            VideoCtcHead = video is not null,
            AudioRate = options.AudioRate ?? (audio is null ? 1 : RateFor(audio.FramesPerSecond)),
            VideoRate = options.VideoRate ?? (video is null ? 1 : RateFor(video.FramesPerSecond)),
            Projector = ProjectorConfig.Tiny(audio?.Width, video?.Width, options.Routing) with { Experts = options.Experts, TopK = options.TopK },
            LanguageModel = LlamaConfig.Tiny(tokenizer.VocabularySize),
        };
    }

    private static int RateFor(double framesPerSecond) => Math.Max(1, (int)Math.Round(framesPerSecond / TokenRate));
}
