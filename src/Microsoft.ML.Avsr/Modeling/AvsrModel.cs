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
    /// <param name="construction">Where and how parameters are made; null is random values on the CPU.</param>
    /// <exception cref="ArgumentException">Tokenizer and language model disagree, or the model has no encoder for what it should take.</exception>
    public AvsrModel(AvsrModelConfig config, SpeechTokenizer tokenizer, WhisperEncoder? audioEncoder = null, ModuleConstruction? construction = null)
        : this(config, tokenizer, audioEncoder, null, null, construction)
    {
    }

    /// <summary>Builds the model around pretrained parts, which it then owns; nulls are made anew.</summary>
    internal AvsrModel(
        AvsrModelConfig config, SpeechTokenizer tokenizer, WhisperEncoder? audioEncoder, AvHubertEncoder? visualEncoder, LlamaForCausalLM? languageModel,
        ModuleConstruction? construction = null)
        : base(nameof(AvsrModel))
    {
        if (config.Supported == Modality.None)
            throw new ArgumentException("The model has neither an audio nor a visual encoder.", nameof(config));
        CheckFeatures(config);
        if (tokenizer.VocabularySize != config.LanguageModel.VocabularySize)
            throw new ArgumentException($"The tokenizer has {tokenizer.VocabularySize} tokens, the language model {config.LanguageModel.VocabularySize}.", nameof(tokenizer));
        if (config.AvHubertStreams != AvHubertStreams.Video && (config.VisualEncoder is null || config.VisualEncoder.Fusion == ModalityFusion.None))
            throw new ArgumentException($"AvHubertStreams is {config.AvHubertStreams}; that needs a VisualEncoder with a Fusion.", nameof(config));
        Config = config;
        Tokenizer = tokenizer;
        audio_encoder = config.AudioEncoder is null ? null : audioEncoder ?? new WhisperEncoder(config.AudioEncoder, construction);
        video_encoder = config.VisualEncoder is null ? null : visualEncoder ?? new AvHubertEncoder(config.VisualEncoder, config.VisualLora, construction);
        var drawn = (construction ?? ModuleConstruction.Default) with { Initialize = true }; // published files lack the heads
        audio_ctc = config.AudioCtcHead && config.AudioEncoder is { } a ? new CtcHead(a.Width, tokenizer.BaseVocabularySize, drawn) : null;
        video_ctc = config.VideoCtcHead && config.VisualEncoder is { } v ? new CtcHead(v.Width, tokenizer.BaseVocabularySize, drawn) : null;
        projector = new MultimodalProjector(config.Projector, construction);
        llm = languageModel ?? new LlamaForCausalLM(config.LanguageModel, config.Lora, construction);
        RegisterComponents();
    }

    /// <summary>The architecture.</summary>
    public AvsrModelConfig Config { get; internal set; }

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

    /// <summary>Unused tensors of the file that the model came from, kept so that a saved file is as complete; null for none.</summary>
    internal PretrainingTensors? Pretraining { get; set; }

    /// <summary>Where the parameters are.</summary>
    public Device Device => llm.Device;

    /// <summary>Refuses to be saved with adapters in the weights: loaded again, they would count twice.</summary>
    internal void RequireUnmerged() => ReferenceAdapter.RequireUnmerged(LanguageModel.AdaptersMerged || VisualEncoder is { AdaptersMerged: true });

    private bool PaddedTokens => Config.Compatibility.HasFlag(ReferenceCompatibility.PaddedTokens);

    /// <summary>Audio tokens before projection.</summary>
    /// <param name="features">Log-mel [batch, mels, frames] for Whisper; log-filterbank rows [batch, frames, 104] where AV-HuBERT hears.</param>
    /// <param name="valid">Real frames, [batch, frames] bool, or <see langword="null"/> for all.</param>
    /// <returns>[batch, tokens, width].</returns>
    /// <exception cref="InvalidOperationException">The model does not hear, or hears and sees in one pass.</exception>
    public EncodedSequence EncodeAudio(Tensor features, Tensor? valid)
    {
        if (Config.AvHubertStreams is AvHubertStreams.Audio or AvHubertStreams.Separate)
            return Compress(video_encoder!.call(features.to(Device), null, PaddedTokens ? null : valid?.to(Device)), Config.AudioRate);
        if (audio_encoder is null || Config.AvHubertStreams == AvHubertStreams.Joint)
            throw new InvalidOperationException("The model has no encoder for audio alone.");
        if (!Config.PadAudioTo30Seconds)
            return Compress(audio_encoder.call(features.to(Device), PaddedTokens ? null : valid?.to(Device)), Config.AudioRate);
        // Whisper takes the silence after the clip as sound, as it was trained; then only the clip's own frames are kept.
        using var scope = NewDisposeScope();
        var frames = audio_encoder.call(features.to(Device), null);
        if (valid is not null)
        {
            var lengths = valid.to(ScalarType.Int64).sum(1).cpu().data<long>().ToArray();
            for (var row = 0; row < lengths.Length; row++)
                lengths[row] /= 2; // two log-mel frames for each of the encoder's
            if (PaddedTokens)
                Array.Fill(lengths, lengths.Max());
            frames = frames.Keep(lengths);
        }
        var tokens = Compress(frames, Config.AudioRate);
        return new EncodedSequence(tokens.Features.MoveToOuterDisposeScope(), tokens.Valid?.MoveToOuterDisposeScope());
    }

    /// <summary>Video tokens before projection.</summary>
    /// <param name="frames">Normalised frames, [batch, 1, time, 88, 88].</param>
    /// <param name="valid">Real frames, [batch, time] bool, or <see langword="null"/> for all.</param>
    /// <returns>[batch, tokens, width].</returns>
    /// <exception cref="InvalidOperationException">The model does not see, or hears and sees in one pass.</exception>
    public EncodedSequence EncodeVideo(Tensor frames, Tensor? valid)
    {
        if (video_encoder is null || Config.AvHubertStreams is AvHubertStreams.Audio or AvHubertStreams.Joint)
            throw new InvalidOperationException("The model has no encoder for video alone.");
        return Compress(video_encoder.call(null, frames.to(Device), PaddedTokens ? null : valid?.to(Device)), Config.VideoRate);
    }

    /// <summary>Joint tokens before projection, of a model with <see cref="AvHubertStreams.Joint"/>. They take the video's place in the projector.</summary>
    /// <param name="audio">Log-filterbank rows, [batch, time, 104].</param>
    /// <param name="frames">Normalised frames, [batch, 1, time, 88, 88].</param>
    /// <param name="valid">Real frames, [batch, time] bool, or <see langword="null"/> for all.</param>
    /// <returns>[batch, tokens, width].</returns>
    /// <exception cref="InvalidOperationException">The model takes its streams apart.</exception>
    public EncodedSequence EncodeJoint(Tensor? audio, Tensor? frames, Tensor? valid)
    {
        if (Config.AvHubertStreams != AvHubertStreams.Joint)
            throw new InvalidOperationException($"AvHubertStreams is {Config.AvHubertStreams}; only {AvHubertStreams.Joint} encodes both streams in one pass.");
        return Compress(video_encoder!.call(audio?.to(Device), frames?.to(Device), PaddedTokens ? null : valid?.to(Device)), Config.VideoRate);
    }

    /// <summary>Audio tokens before projection, of features that another stage encoded.</summary>
    /// <param name="features">Features [batch, time, <see cref="AvsrModelConfig.AudioFeatureWidth"/>].</param>
    /// <returns>[batch, tokens, width].</returns>
    /// <exception cref="InvalidOperationException">The model does not take audio features.</exception>
    public EncodedSequence CompressAudio(EncodedSequence features) => Config.AudioFeatureWidth is not null
        ? Compress(features.To(Device), Config.AudioRate)
        : throw new InvalidOperationException("The model takes no audio features: it encodes sound itself, or does not hear.");

    /// <summary>Video tokens before projection, of features that another stage encoded.</summary>
    /// <param name="features">Features [batch, time, <see cref="AvsrModelConfig.VideoFeatureWidth"/>].</param>
    /// <returns>[batch, tokens, width].</returns>
    /// <exception cref="InvalidOperationException">The model does not take video features.</exception>
    public EncodedSequence CompressVideo(EncodedSequence features) => Config.VideoFeatureWidth is not null
        ? Compress(features.To(Device), Config.VideoRate)
        : throw new InvalidOperationException("The model takes no video features: it encodes frames itself, or does not see.");

    private static void CheckFeatures(AvsrModelConfig config)
    {
        if (config.AudioFeatureWidth is null && config.VideoFeatureWidth is null)
            return;
        OptionCheck.Range(config.AudioFeatureWidth ?? 1, 1, 65536, nameof(config.AudioFeatureWidth));
        OptionCheck.Range(config.VideoFeatureWidth ?? 1, 1, 65536, nameof(config.VideoFeatureWidth));
        if (config.AudioFeatureWidth is not null && config.AudioEncoder is not null)
            throw new ArgumentException("AudioEncoder and AudioFeatureWidth are both set; sound is encoded either by the model or before it.", nameof(config));
        if (config.VideoFeatureWidth is not null && config.VisualEncoder is not null)
            throw new ArgumentException("VisualEncoder and VideoFeatureWidth are both set; frames are encoded either by the model or before it.", nameof(config));
        if (config.AvHubertStreams != AvHubertStreams.Video)
            throw new ArgumentException($"AvHubertStreams is {config.AvHubertStreams}; features that come encoded need {AvHubertStreams.Video}.", nameof(config));
    }

    private EncodedSequence Compress(EncodedSequence frames, int rate) => Config.Compression switch
    {
        CompressionKind.Stack => TokenCompression.Stack(frames, rate),
        _ => TokenCompression.AveragePool(frames, rate),
    };
}
