using System.Globalization;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>
/// A model of the paper by its parts: Whisper's size, AV-HuBERT's size, the language model, routing and rates. Nothing else is hidden in it:
/// <see cref="Build"/> spells the whole architecture out.
/// </summary>
public sealed record ModelPreset
{
    private static readonly Dictionary<string, WhisperEncoderConfig> s_whisper = new(StringComparer.OrdinalIgnoreCase)
    {
        ["tiny"] = WhisperEncoderConfig.Tiny, ["base"] = WhisperEncoderConfig.Base, ["small"] = WhisperEncoderConfig.Small,
        ["medium"] = WhisperEncoderConfig.Medium, ["large"] = WhisperEncoderConfig.Large, ["large-v3"] = WhisperEncoderConfig.LargeV3,
    };

    private static readonly Dictionary<string, VisualEncoderConfig> s_visual = new(StringComparer.OrdinalIgnoreCase)
    {
        ["base"] = VisualEncoderConfig.Base, ["large"] = VisualEncoderConfig.Large,
    };

    private static readonly string[] s_flags = ["stack", "plain", "adapted", "audio", "separate", "joint"];

    // Beside each language model the reduction and alpha of its published adapters (specification 6.6), or of the nearest size that has some.
    private static readonly Dictionary<string, (LlamaConfig Config, int Reduction, double Alpha)> s_language = new(StringComparer.OrdinalIgnoreCase)
    {
        ["tinyllama"] = (LlamaConfig.TinyLlama, 32, 4), ["llama2-7b"] = (LlamaConfig.Llama2With7B, 64, 8), ["llama2-13b"] = (LlamaConfig.Llama2With13B, 64, 8),
        ["llama3-8b"] = (LlamaConfig.Llama3With8B, 64, 8), ["llama3.1-8b"] = (LlamaConfig.Llama31With8B, 64, 8),
        ["llama3.2-1b"] = (LlamaConfig.Llama32With1B, 32, 4), ["llama3.2-3b"] = (LlamaConfig.Llama32With3B, 32, 4),
        ["qwen2.5-0.5b"] = (LlamaConfig.Qwen25WithHalfB, 32, 4), ["qwen2.5-1.5b"] = (LlamaConfig.Qwen25With1AndHalfB, 32, 4), ["qwen2.5-3b"] = (LlamaConfig.Qwen25With3B, 32, 4),
        ["qwen2.5-7b"] = (LlamaConfig.Qwen25With7B, 64, 8), ["qwen2.5-14b"] = (LlamaConfig.Qwen25With14B, 64, 8), ["qwen2.5-32b"] = (LlamaConfig.Qwen25With32B, 64, 8),
    };

    /// <summary>Whisper sizes that a name can have, and <c>none</c>.</summary>
    public static IReadOnlyList<string> WhisperSizes { get; } = [.. s_whisper.Keys, "none"];

    /// <summary>AV-HuBERT sizes that a name can have, and <c>none</c>.</summary>
    public static IReadOnlyList<string> AvHubertSizes { get; } = [.. s_visual.Keys, "none"];

    /// <summary>Language models that a name can have.</summary>
    public static IReadOnlyList<string> LanguageModels { get; } = [.. s_language.Keys];

    /// <summary>Whisper's size; <see langword="null"/> for a model that only sees.</summary>
    public string? Whisper { get; init; } = "medium";

    /// <summary>AV-HuBERT's size; <see langword="null"/> for a model that only hears.</summary>
    public string? AvHubert { get; init; } = "large";

    /// <summary>The language model.</summary>
    public string LanguageModel { get; init; } = "llama3.2-1b";

    /// <summary>Routers and experts.</summary>
    public ProjectorRouting Routing { get; init; } = ProjectorRouting.Dedr;

    /// <summary>Experts in each pool.</summary>
    public int Experts { get; init; } = 4;

    /// <summary>Experts per token.</summary>
    public int TopK { get; init; } = 2;

    /// <summary>Which streams AV-HuBERT takes; all but <see cref="AvHubertStreams.Video"/> leave no place for Whisper.</summary>
    public AvHubertStreams Streams { get; init; }

    /// <summary>How frames become tokens.</summary>
    public CompressionKind Compression { get; init; } = CompressionKind.AveragePool;

    /// <summary>Whisper frames per token.</summary>
    public int AudioRate { get; init; } = 4;

    /// <summary>Video frames per token.</summary>
    public int VideoRate { get; init; } = 2;

    /// <summary>Layer norm at the end of the projectors. Every mixture has it; the first Llama-AVSR models do not.</summary>
    public bool LayerNorm { get; init; } = true;

    /// <summary>Low-rank adapters on AV-HuBERT, which Llama-AVSR trains for models that only see.</summary>
    public bool AvHubertAdapters { get; init; }

    /// <summary>The released Llama-SMoP: Whisper-medium, AV-HuBERT Large, Llama-3.2-1B, joint experts and router, rates 4 and 2.</summary>
    public static ModelPreset ReleasedSmop { get; } = new() { Routing = ProjectorRouting.Jejr };

    /// <summary>Reads a name such as <c>medium_large_llama3.2-1b_dedr_4-2</c>, with <c>none</c> for a missing encoder; the reverse of <see cref="ToString"/>.</summary>
    /// <param name="name">Whisper's size, AV-HuBERT's size, language model, routing, rates; then any of <c>stack</c>, <c>plain</c> (no layer norm), <c>adapted</c> (AV-HuBERT's adapters), <c>audio</c>, <c>separate</c> or <c>joint</c> (what AV-HuBERT takes beside or instead of video), and <c>n8k2</c> (experts and experts per token where they are not 4 and 2).</param>
    /// <exception cref="ArgumentException">A part is not known; the message lists what is.</exception>
    public static ModelPreset Parse(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var parts = name.Split('_');
        var flags = parts.Skip(5).ToArray();
        var mixture = Array.Find(flags, IsMixture);
        if (parts.Length < 5 || flags.Except(s_flags).Any(flag => flag != mixture) || flags.Intersect(s_flags.Skip(3)).Count() > 1)
            throw new ArgumentException($"'{name}' is no preset; one looks like medium_large_llama3.2-1b_dedr_4-2, and may end in _{string.Join(", _", s_flags)} (one of the last three), _n8k2.", nameof(name));
        var (experts, topK) = mixture is null ? (4, 2) : MixtureOf(mixture);
        var rates = parts[4].Split('-');
        if (rates.Length != 2 || !int.TryParse(rates[0], NumberStyles.None, CultureInfo.InvariantCulture, out var audio) || !int.TryParse(rates[1], NumberStyles.None, CultureInfo.InvariantCulture, out var video))
            throw new ArgumentException($"'{parts[4]}' in '{name}' is no pair of rates such as 4-2.", nameof(name));
        return new ModelPreset
        {
            Whisper = Known(parts[0], WhisperSizes, "Whisper size"),
            AvHubert = Known(parts[1], AvHubertSizes, "AV-HuBERT size"),
            LanguageModel = Known(parts[2], LanguageModels, "language model")!,
            Routing = Enum.Parse<ProjectorRouting>(Known(parts[3], Enum.GetNames<ProjectorRouting>(), "routing")!, ignoreCase: true),
            Experts = experts,
            TopK = topK,
            Streams = Array.Find(flags, flag => s_flags.AsSpan(3).Contains(flag)) is { } streams ? Enum.Parse<AvHubertStreams>(streams, ignoreCase: true) : AvHubertStreams.Video,
            AudioRate = audio,
            VideoRate = video,
            Compression = parts.Contains(s_flags[0]) ? CompressionKind.Stack : CompressionKind.AveragePool,
            LayerNorm = !parts.Contains(s_flags[1]),
            AvHubertAdapters = parts.Contains(s_flags[2]),
        };

        string? Known(string part, IReadOnlyList<string> names, string what)
        {
            var found = names.FirstOrDefault(n => n.Equals(part, StringComparison.OrdinalIgnoreCase))
                ?? throw new ArgumentException($"'{part}' in '{name}' is no {what}; known are {string.Join(", ", names).ToLowerInvariant()}.", nameof(name));
            return found == "none" ? null : found;
        }
    }

    /// <summary>The whole architecture.</summary>
    /// <exception cref="ArgumentException">A part is not known, or parts do not fit together: joint experts need encoders of equal width.</exception>
    public AvsrModelConfig Build()
    {
        OptionCheck.Range(AudioRate, 1, 64, nameof(AudioRate));
        OptionCheck.Range(VideoRate, 1, 64, nameof(VideoRate));
        var audio = Whisper is null ? null : Find(s_whisper, Whisper, nameof(Whisper));
        var video = AvHubert is null ? null : Find(s_visual, AvHubert, nameof(AvHubert));
        var (llm, reduction, alpha) = Find(s_language, LanguageModel, nameof(LanguageModel));
        if (Streams != AvHubertStreams.Video && (audio is not null || video is null))
            throw new ArgumentException($"{nameof(ModelPreset)}.{nameof(Streams)} is {Streams}; that takes an AV-HuBERT and no Whisper.", nameof(Streams));
        var hears = audio?.Width ?? (Streams is AvHubertStreams.Audio or AvHubertStreams.Separate ? video!.Width : null);
        var sees = Streams == AvHubertStreams.Audio ? null : video?.Width; // or both at once
        int? Input(int? width, int rate) => Compression == CompressionKind.Stack ? width * rate : width;
        return new AvsrModelConfig
        {
            AudioEncoder = audio,
            VisualEncoder = video,
            AvHubertStreams = Streams,
            VisualLora = AvHubertAdapters && video is not null ? LoraConfig.AvHubertReference : null,
            Compression = Compression,
            AudioRate = AudioRate,
            VideoRate = VideoRate,
            Projector = new ProjectorConfig
            {
                Routing = Routing, Experts = Experts, TopK = TopK, LayerNorm = LayerNorm, OutputWidth = llm.Width,
                AudioWidth = Input(hears, AudioRate), VideoWidth = Input(sees, VideoRate),
            }.Validated(),
            LanguageModel = llm with { VocabularySize = llm.VocabularySize + AddedTokens },
            Lora = LoraConfig.OfReference(reduction, alpha),
            AudioPrompt = ReferencePrompts.Audio,
            VideoPrompt = ReferencePrompts.Video,
            AudioVisualPrompt = ReferencePrompts.AudioVisual,
            PadAudioTo30Seconds = audio is not null,
        };
    }

    /// <summary>The preset's name, which <see cref="Parse"/> reads.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Whisper ?? "none"}_{AvHubert ?? "none"}_{LanguageModel}_{Routing.ToString().ToLowerInvariant()}_{AudioRate}-{VideoRate}{(Compression == CompressionKind.Stack ? "_stack" : "")}{(LayerNorm ? "" : "_plain")}{(AvHubertAdapters ? "_adapted" : "")}{(Streams == AvHubertStreams.Video ? "" : "_" + Streams.ToString().ToLowerInvariant())}{(Experts == 4 && TopK == 2 ? "" : $"_n{Experts}k{TopK}")}");

    private static bool IsMixture(string flag)
    {
        var k = flag.IndexOf('k', StringComparison.Ordinal);
        return flag is ['n', ..] && k > 1 && int.TryParse(flag.AsSpan(1, k - 1), NumberStyles.None, CultureInfo.InvariantCulture, out _)
            && int.TryParse(flag.AsSpan(k + 1), NumberStyles.None, CultureInfo.InvariantCulture, out _);
    }

    private static (int Experts, int TopK) MixtureOf(string flag)
    {
        var k = flag.IndexOf('k', StringComparison.Ordinal);
        return (int.Parse(flag.AsSpan(1, k - 1), CultureInfo.InvariantCulture), int.Parse(flag.AsSpan(k + 1), CultureInfo.InvariantCulture));
    }

    /// <summary>Padding and the four delimiters (specification 6.2).</summary>
    private const int AddedTokens = 5;

    private static T Find<T>(Dictionary<string, T> known, string name, string setting) => known.TryGetValue(name, out var value)
        ? value
        : throw new ArgumentException($"{nameof(ModelPreset)}.{setting} is '{name}'; known are {string.Join(", ", known.Keys)}.", setting);
}
