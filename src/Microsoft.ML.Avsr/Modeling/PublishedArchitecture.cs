using Microsoft.ML.Avsr.Checkpoints;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>Reads a published model's architecture from the names and shapes of its tensors (specification 16.2); no number is read.</summary>
public static class PublishedArchitecture
{
    // Llama 3 has the shapes of 3.1, which the reference uses; a model on Llama 3 has to be named in the options.
    private static readonly LlamaConfig[] s_known =
    [
        LlamaConfig.TinyLlama, LlamaConfig.Llama2With7B, LlamaConfig.Llama2With13B, LlamaConfig.Llama31With8B, LlamaConfig.Llama32With1B, LlamaConfig.Llama32With3B,
        LlamaConfig.Qwen25WithHalfB, LlamaConfig.Qwen25With1AndHalfB, LlamaConfig.Qwen25With3B, LlamaConfig.Qwen25With7B, LlamaConfig.Qwen25With14B, LlamaConfig.Qwen25With32B,
    ];

    /// <summary>Reads the architecture.</summary>
    /// <param name="weights">Tensors under published names.</param>
    /// <param name="options">What the file does not say; <see langword="null"/> for the released models' values.</param>
    /// <returns>The architecture, with the reference's prompts and Whisper's 30 s of padding.</returns>
    /// <exception cref="CheckpointException">A part is missing or has no known shape.</exception>
    public static AvsrModelConfig Read(ITensorSource weights, PublishedOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(weights);
        var given = (options ?? new PublishedOptions()).Validate();
        var streams = StreamsOf(weights);
        var whisper = streams == AvHubertStreams.Video && Has(weights, "audio_encoder.conv1.weight") ? Whisper(weights, given) : null;
        var (visual, visualLora) = Visual(weights, streams, given);
        var llm = Language(weights, given);
        var (routing, experts) = RoutingOf(weights);
        var first = routing == ProjectorRouting.Dense ? "" : "experts.0.";
        int? audioInput = InputOf(weights, "audio_proj." + first), videoInput = InputOf(weights, "video_proj." + first);
        if (InputOf(weights, "audiovisual_proj." + first) is { } joint)
            (audioInput, videoInput) = (streams == AvHubertStreams.Joint || whisper is null ? null : joint, visual is null ? null : joint);
        var audioEncoder = whisper?.Width ?? visual?.Width ?? 0;
        var audioStack = Stack(weights, "audio", audioInput, audioEncoder);
        var videoStack = Stack(weights, "video", videoInput, visual?.Width ?? 0);
        // Stacked features are wider than the encoder; features of its width are averaged, or the rate is 1.
        var isStacked = audioStack > 1 || videoStack > 1;
        var projector = new[] { "audio_proj.", "video_proj.", "audiovisual_proj." }.First(p => InputOf(weights, p + first) is not null) + first;
        return new AvsrModelConfig
        {
            AudioEncoder = whisper,
            VisualEncoder = visual,
            VisualLora = visualLora,
            AvHubertStreams = streams,
            Compression = isStacked ? CompressionKind.Stack : CompressionKind.AveragePool,
            AudioRate = isStacked ? audioStack : given.AudioRate,
            VideoRate = isStacked ? videoStack : given.VideoRate,
            Projector = new ProjectorConfig
            {
                Routing = routing, Experts = experts, TopK = Math.Min(given.TopK, experts), Hidden = Size(weights, projector + "0.weight", 0),
                LayerNorm = Has(weights, projector + "3.weight"), AudioWidth = audioInput, VideoWidth = videoInput, OutputWidth = llm.Width,
            },
            LanguageModel = llm,
            Lora = Rank(weights, "llm.model.layers.0.self_attn.") is { } rank ? new LoraConfig { Rank = rank, Scale = given.LoraScale } : null,
            AudioPrompt = ReferencePrompts.Audio,
            VideoPrompt = ReferencePrompts.Video,
            AudioVisualPrompt = ReferencePrompts.AudioVisual,
            PadAudioTo30Seconds = whisper is not null,
        };
    }

    private static AvHubertStreams StreamsOf(ITensorSource weights)
    {
        const string Key = "feature_extractor_video.proj.weight";
        if (Has(weights, "audiovisual_encoder." + Key))
            return Has(weights, "audiovisual_proj.0.weight") ? AvHubertStreams.Joint : AvHubertStreams.Separate;
        return Has(weights, "audio_encoder." + Key) ? AvHubertStreams.Audio : AvHubertStreams.Video;
    }

    private static WhisperEncoderConfig Whisper(ITensorSource weights, PublishedOptions options)
    {
        var width = Size(weights, "audio_encoder.conv1.weight", 0);
        return new WhisperEncoderConfig
        {
            MelBins = Size(weights, "audio_encoder.conv1.weight", 1),
            Width = width,
            Layers = LayerCounter.Count(weights.Entries.Keys, "audio_encoder.layers."),
            Heads = options.AudioHeads ?? width / 64,
            FeedForward = Size(weights, "audio_encoder.layers.0.fc1.weight", 0),
            MaxPositions = Size(weights, "audio_encoder.embed_positions.weight", 0),
        }.Validated();
    }

    private static (VisualEncoderConfig? Config, LoraConfig? Lora) Visual(ITensorSource weights, AvHubertStreams streams, PublishedOptions options)
    {
        var part = streams switch { AvHubertStreams.Video => "video_encoder.", AvHubertStreams.Audio => "audio_encoder.", _ => "audiovisual_encoder." };
        if (!Has(weights, part + "feature_extractor_video.proj.weight"))
            return (null, null);
        using var encoder = weights.Below(part, leaveOpen: true);
        var config = AvHubertFactory.ReadConfig(encoder, options.VideoHeads, options.VideoNormFirst);
        // The reference's factor is the constant 2 (specification 4.4).
        var lora = Rank(encoder, "encoder.layers.0.self_attn.") is { } rank ? new LoraConfig { Rank = rank, Scale = LoraConfig.AvHubertReference.Scale } : null;
        return (config, lora);
    }

    private static LlamaConfig Language(ITensorSource weights, PublishedOptions options)
    {
        var vocabulary = Size(weights, "llm.model.embed_tokens.weight", 0);
        if (options.LanguageModel is { } given)
            return (given with { VocabularySize = vocabulary }).Validated();
        var width = Size(weights, "llm.model.embed_tokens.weight", 1);
        var layers = LayerCounter.Count(weights.Entries.Keys, "llm.model.layers.");
        var feedForward = Size(weights, "llm.model.layers.0.mlp.gate_proj.weight", 0);
        var known = Array.Find(s_known, c => c.Width == width && c.Layers == layers && c.FeedForward == feedForward)
            ?? throw new CheckpointException(weights.Location, "llm.model.embed_tokens.weight",
                $"a language model of width {width} with {layers} layers is none of those known; give its shape in {nameof(PublishedOptions)}.{nameof(PublishedOptions.LanguageModel)}");
        return known with { VocabularySize = vocabulary };
    }

    private static (ProjectorRouting Routing, int Experts) RoutingOf(ITensorSource weights)
    {
        foreach (var (key, routing) in new[]
        {
            ("audiovisual_proj.gate.weight", ProjectorRouting.Jejr), ("audiovisual_proj.gate_audio.weight", ProjectorRouting.Jedr),
            ("audio_proj.gate.weight", ProjectorRouting.Dedr), ("video_proj.gate.weight", ProjectorRouting.Dedr),
        })
        {
            if (Has(weights, key))
                return (routing, Size(weights, key, 0));
        }
        return (ProjectorRouting.Dense, 1);
    }

    private static int Stack(ITensorSource weights, string stream, int? input, int encoder)
    {
        if (input is not { } width)
            return 1;
        return encoder > 0 && width % encoder == 0
            ? width / encoder
            : throw new CheckpointException(weights.Location, $"{stream}_proj.0.weight", $"the projector takes {width} numbers, which is no multiple of the encoder's {encoder}");
    }

    private static int? InputOf(ITensorSource weights, string projector) => Has(weights, projector + "0.weight") ? Size(weights, projector + "0.weight", 1) : null;

    private static int? Rank(ITensorSource weights, string attention) =>
        Has(weights, attention + "lora_down_Q.weight") ? Size(weights, attention + "lora_down_Q.weight", 0) : null;

    private static bool Has(ITensorSource weights, string name) => weights.Entries.ContainsKey(name);

    private static int Size(ITensorSource weights, string name, int axis)
    {
        var shape = weights.Find(name).Shape;
        return axis < shape.Length && shape[axis] is > 0 and <= int.MaxValue
            ? (int)shape[axis]
            : throw new CheckpointException(weights.Location, name, $"its shape is [{string.Join(", ", shape)}]; at least {axis + 1} axes were expected");
    }
}
