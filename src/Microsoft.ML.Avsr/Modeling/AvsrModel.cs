using Microsoft.ML.Avsr.Text;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>
/// Llama-SMoP: encoders, compression, projector and language model (arXiv 2505.14336, figure 1).
/// Parameter names follow the published checkpoints where those have the part: <c>audio_encoder.</c>, <c>video_encoder.</c>, <c>llm.</c>.
/// </summary>
public sealed class AvsrModel : Module
{
    private readonly WhisperEncoder? audio_encoder;
    private readonly AvHubertEncoder? video_encoder;
    private readonly CtcHead? audio_ctc;
    private readonly CtcHead? video_ctc;
    private readonly MultimodalProjector projector;
    private readonly LlamaForCausalLM llm;

    /// <summary>Builds the model with fresh weights. Call outside dispose scopes.</summary>
    /// <param name="config">The architecture.</param>
    /// <param name="tokenizer">The tokenizer; its vocabulary must fit the language model.</param>
    /// <param name="audioEncoder">A pretrained audio encoder, which the model then owns; <see langword="null"/> builds one.</param>
    /// <exception cref="ArgumentException">Tokenizer and language model disagree, or the model has no encoder.</exception>
    public AvsrModel(AvsrModelConfig config, SpeechTokenizer tokenizer, WhisperEncoder? audioEncoder = null)
        : base(nameof(AvsrModel))
    {
        if (config.Supported == Modality.None)
            throw new ArgumentException("The model has neither an audio nor a visual encoder.", nameof(config));
        if (tokenizer.VocabularySize != config.LanguageModel.VocabularySize)
            throw new ArgumentException($"The tokenizer has {tokenizer.VocabularySize} tokens, the language model {config.LanguageModel.VocabularySize}.", nameof(tokenizer));
        Config = config;
        Tokenizer = tokenizer;
        audio_encoder = config.AudioEncoder is null ? null : audioEncoder ?? new WhisperEncoder(config.AudioEncoder);
        video_encoder = config.VisualEncoder is null ? null : new AvHubertEncoder(config.VisualEncoder);
        audio_ctc = config.AudioCtcHead && config.AudioEncoder is { } a ? new CtcHead(a.Width, tokenizer.BaseVocabularySize) : null;
        video_ctc = config.VideoCtcHead && config.VisualEncoder is { } v ? new CtcHead(v.Width, tokenizer.BaseVocabularySize) : null;
        projector = new MultimodalProjector(config.Projector);
        llm = new LlamaForCausalLM(config.LanguageModel, config.Lora);
        RegisterComponents();
    }

    /// <summary>The architecture.</summary>
    public AvsrModelConfig Config { get; }

    /// <summary>The tokenizer.</summary>
    public SpeechTokenizer Tokenizer { get; }

    /// <summary>The audio encoder.</summary>
    public WhisperEncoder? AudioEncoder => audio_encoder;

    /// <summary>The visual encoder.</summary>
    public AvHubertEncoder? VisualEncoder => video_encoder;

    /// <summary>The audio encoder's CTC head.</summary>
    public CtcHead? AudioCtc => audio_ctc;

    /// <summary>The visual encoder's CTC head.</summary>
    public CtcHead? VideoCtc => video_ctc;

    /// <summary>The projector.</summary>
    public MultimodalProjector Projector => projector;

    /// <summary>The language model.</summary>
    public LlamaForCausalLM LanguageModel => llm;

    /// <summary>Audio tokens before projection.</summary>
    /// <param name="mel">Log-mel, [batch, mels, frames].</param>
    /// <param name="valid">Real frames, [batch, frames] bool, or <see langword="null"/> for all.</param>
    /// <returns>[batch, tokens, width].</returns>
    public EncodedSequence EncodeAudio(Tensor mel, Tensor? valid)
    {
        if (audio_encoder is null)
            throw new InvalidOperationException("The model has no audio encoder.");
        return Compress(audio_encoder.call(mel, valid), Config.AudioRate);
    }

    /// <summary>Video tokens before projection.</summary>
    /// <param name="frames">Normalised frames, [batch, 1, time, 88, 88].</param>
    /// <param name="valid">Real frames, [batch, time] bool, or <see langword="null"/> for all.</param>
    /// <returns>[batch, tokens, width].</returns>
    public EncodedSequence EncodeVideo(Tensor frames, Tensor? valid)
    {
        if (video_encoder is null)
            throw new InvalidOperationException("The model has no visual encoder.");
        return Compress(video_encoder.call(null, frames, valid), Config.VideoRate);
    }

    private EncodedSequence Compress(EncodedSequence frames, int rate) => Config.Compression switch
    {
        CompressionKind.Stack => TokenCompression.Stack(frames, rate),
        _ => TokenCompression.AveragePool(frames, rate),
    };
}
