using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using Microsoft.ML.Avsr.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Parity;

/// <summary>The model of an end-to-end case, made from its configuration and its published weights, and its inputs.</summary>
internal sealed class EndToEndModel : IDisposable
{
    private readonly CaseFolder _folder;
    private readonly SpeechFrontEnd _frontEnd;

    /// <param name="folder">The case.</param>
    /// <param name="compatibility">The reference's quirks, for its padded training batches.</param>
    public EndToEndModel(CaseFolder folder, ReferenceCompatibility compatibility)
    {
        _folder = folder;
        Tokenizer = WordTokenizer.Of(folder.Config.GetProperty("tokenizer"));
        var weights = folder.Tensors("weights.safetensors");
        Config = ConfigOf(folder, weights, Tokenizer) with { Compatibility = compatibility };
        _frontEnd = new SpeechFrontEnd(Config);
        Model = PublishedLayout.Load(weights, Config, Tokenizer);
        Assembler = new PromptAssembler(Config, Tokenizer);
    }

    public AvsrModelConfig Config { get; }

    public AvsrModel Model { get; }

    public SpeechTokenizer Tokenizer { get; }

    public PromptAssembler Assembler { get; }

    private SafetensorsReader Inputs => _folder.Tensors("train_input.safetensors");

    /// <summary>Compressed features of the training batch, or of the inference clip alone.</summary>
    public (EncodedSequence? Audio, EncodedSequence? Video) Encode(bool alone)
    {
        var sample = _folder.Root.GetProperty("inference_input");
        var row = alone ? SampleOf(sample) : (int?)null;
        Tensor? sound = null, valid = null, frames = null;
        if (Inputs.Entries.ContainsKey("audio"))
            (sound, valid) = Sound(row, sample.Find("audio_length")?.GetInt32());
        if (Inputs.Entries.ContainsKey("video"))
        {
            var video = Inputs.Read("video"); // [batch, time, 1, 88, 88]
            if (row is { } only)
                video = video.narrow(0, only, 1).narrow(1, 0, sample.Integer("video_frames"));
            frames = video.reshape(video.shape[0], 1, video.shape[1], video.shape[3], video.shape[4]);
        }
        if (Config.AvHubertStreams == AvHubertStreams.Joint)
            return (null, Model.EncodeJoint(sound, frames, null));
        EncodedSequence? audio = sound is null ? null : Model.EncodeAudio(sound, valid);
        EncodedSequence? video2 = frames is null ? null : Model.EncodeVideo(frames, null);
        return (audio, video2);
    }

    /// <summary>Log-mel of the case's waveforms, as the product computes it from the raw samples; of one row or all.</summary>
    public (Tensor Features, Tensor? Valid) Sound(int? row, int? length)
    {
        if (Config.AvHubertStreams != AvHubertStreams.Video)
        {
            var rows = Inputs.Read("audio"); // [batch, time, 104]
            return (row is { } only ? rows.narrow(0, only, 1).narrow(1, 0, length!.Value) : rows, null);
        }
        int[] clips = row is { } one ? [one] : [.. Enumerable.Range(0, (int)Inputs.Entries["tokens"].Shape[0])];
        var waveforms = clips
            .Select(i => (ReadOnlyMemory<float>)Inputs.Read($"raw_waveform.{i}").reshape(-1).data<float>().ToArray()).ToArray();
        return _frontEnd.AudioBatch(waveforms);
    }

    /// <summary>The prompts of encoded clips.</summary>
    public (PromptBatch Prompt, ProjectedTokens Projected) Assemble((EncodedSequence? Audio, EncodedSequence? Video) encoded, IReadOnlyList<int[]>? transcripts)
    {
        var projected = Model.Projector.call(encoded.Audio, encoded.Video);
        var prompt = Assembler.Assemble(
            Model.LanguageModel, projected.Audio, encoded.Audio?.Lengths(), projected.Video, encoded.Video?.Lengths(), transcripts);
        return (prompt, projected);
    }

    /// <summary>Parameters as the reference counts them: ours, and AV-HuBERT's that no forward pass reads.</summary>
    public long CountParameters() =>
        Model.parameters().Sum(p => p.numel())
        + _folder.Tensors("weights.safetensors").Entries.Values.Where(e => PublishedLayout.IsPretrainingOnly(e.Name)).Sum(e => e.Shape.Aggregate(1L, (a, b) => a * b));

    public void Dispose() => Model.Dispose();

    // "train_input.safetensors, sample 0"
    private static int SampleOf(System.Text.Json.JsonElement sample)
    {
        var words = sample.Text("from").Split(' ');
        return int.Parse(words[Array.IndexOf(words, "sample") + 1], System.Globalization.CultureInfo.InvariantCulture);
    }

    private static AvsrModelConfig ConfigOf(CaseFolder folder, SafetensorsReader weights, SpeechTokenizer tokenizer)
    {
        var config = folder.Config;
        var modality = config.Text("modality");
        var hasWhisper = config.Find("whisper_config") is not null;
        var streams = modality switch
        {
            "audiovisual_avhubert" => config.Flag("single_projector_avhubert") ? AvHubertStreams.Joint : AvHubertStreams.Separate,
            "audio" when !hasWhisper => AvHubertStreams.Audio,
            _ => AvHubertStreams.Video,
        };
        var whisper = hasWhisper && modality.StartsWith("audio", StringComparison.Ordinal) ? WhisperEncoderConfig.FromJson(config.GetProperty("whisper_config")) : null;
        VisualEncoderConfig? visual = null;
        if (config.Find("avhubert_model_cfg") is { } hubert)
        {
            var part = new[] { "video_encoder.", "audiovisual_encoder.", "audio_encoder." }
                .First(p => weights.Entries.ContainsKey(p + "feature_extractor_video.proj.weight"));
            visual = AvHubertFactory.ReadConfig(weights.Below(part, leaveOpen: true), hubert.Integer("encoder_attention_heads"), hubert.Flag("layer_norm_first"));
        }
        var mixture = config.Find("smop");
        // The mixture's model pools whatever its option says, and AV-HuBERT's sound is always stacked.
        var compression = mixture is not null ? CompressionKind.AveragePool
            : streams != AvHubertStreams.Video || config.Text("compression_mode") == "stack" ? CompressionKind.Stack : CompressionKind.AveragePool;
        var audioRate = config.Integer("downsample_ratio_audio", 1);
        var videoRate = streams == AvHubertStreams.Joint ? config.Integer("downsample_ratio_audiovisual", 1) : config.Integer("downsample_ratio_video", 1);
        int Width(int encoder, int rate) => compression == CompressionKind.Stack ? encoder * rate : encoder;
        int? audioWidth = whisper is not null ? Width(whisper.Width, audioRate)
            : streams is AvHubertStreams.Audio or AvHubertStreams.Separate ? Width(visual!.Width, audioRate) : null;
        int? videoWidth = visual is null || streams == AvHubertStreams.Audio ? null : Width(visual.Width, videoRate);
        var llm = LlamaConfig.FromJson(config.GetProperty("llm_config"));
        var prompt = config.Text("prompt");
        return new AvsrModelConfig
        {
            AudioEncoder = whisper, VisualEncoder = visual, AvHubertStreams = streams,
            VisualLora = config.Flag("use_lora_avhubert") ? LoraConfig.AvHubertReference : null,
            Compression = compression, AudioRate = audioRate, VideoRate = videoRate,
            Projector = new ProjectorConfig
            {
                Routing = mixture is null ? ProjectorRouting.Dense : RoutingOf(weights),
                Experts = mixture?.Integer("experts") ?? 1, TopK = mixture?.Integer("top_k") ?? 1,
                Hidden = config.Integer("intermediate_size"), LayerNorm = mixture is not null || config.Flag("layernorm_projector"),
                AudioWidth = audioWidth, VideoWidth = videoWidth, OutputWidth = llm.Width,
            },
            LanguageModel = llm with { VocabularySize = tokenizer.VocabularySize },
            Lora = LoraConfig.OfReference(config.Integer("reduction_lora"), config.Number("alpha")),
            AudioPrompt = prompt, VideoPrompt = prompt, AudioVisualPrompt = prompt,
            PadAudioTo30Seconds = true, StandardizeWaveform = true,
        };
    }

    private static ProjectorRouting RoutingOf(SafetensorsReader weights) =>
        weights.Entries.ContainsKey("audiovisual_proj.gate.weight") ? ProjectorRouting.Jejr
        : weights.Entries.ContainsKey("audiovisual_proj.experts.0.0.weight") ? ProjectorRouting.Jedr : ProjectorRouting.Dedr;
}
