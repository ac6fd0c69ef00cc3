namespace Microsoft.ML.Avsr.Modeling;

/// <summary>Shape of the projector from encoder features to the language model's embedding space (specification 2.2 and 5).</summary>
public sealed record ProjectorConfig
{
    /// <summary>Which routers and experts the modalities share.</summary>
    public ProjectorRouting Routing { get; init; } = ProjectorRouting.Dedr;

    /// <summary>Experts in each pool (N).</summary>
    public int Experts { get; init; } = 4;

    /// <summary>Experts that each token goes through (K).</summary>
    public int TopK { get; init; } = 2;

    /// <summary>Experts for video where audio and video have pools of their own (DEDR); null is <see cref="Experts"/>.</summary>
    public int? VideoExperts { get; init; }

    /// <summary>Experts that each video token goes through, where video has a router of its own (DEDR, JEDR); null is <see cref="TopK"/>.</summary>
    public int? VideoTopK { get; init; }

    /// <summary>One more expert that every token goes through, added to the routed ones. Not in the paper.</summary>
    public bool SharedExpert { get; init; }

    /// <summary>Routers add a learned score per expert that depends on whether a clip has sound, picture or both. Not in the paper.</summary>
    public bool PresenceRouting { get; init; }

    /// <summary>Inner width of an expert.</summary>
    public int Hidden { get; init; } = 2048;

    /// <summary>Nonlinearity of an expert.</summary>
    public ExpertActivation Activation { get; init; } = ExpertActivation.Relu;

    /// <summary>Layer norm at the end of each expert, as in the released code.</summary>
    public bool LayerNorm { get; init; } = true;

    /// <summary>Divide the K weights by their sum, as in the released code.</summary>
    public bool Renormalize { get; init; } = true;

    /// <summary>Width of the compressed audio features; null is no audio.</summary>
    public int? AudioWidth { get; init; }

    /// <summary>Width of the compressed video features; null is no video.</summary>
    public int? VideoWidth { get; init; }

    /// <summary>Width of the language model.</summary>
    public required int OutputWidth { get; init; }

    /// <summary>Maps each modality of another width to this one first, so that joint experts accept unequal encoders; null maps nothing.</summary>
    public int? CommonWidth { get; init; }

    /// <summary>Layer norm on each modality's input.</summary>
    public bool InputNorm { get; init; }

    /// <summary>A learned factor per modality on the projected tokens, starting at this value; null is none.</summary>
    /// <remarks>A language model that starts from scratch has small embeddings; tokens of unit size would drown them. 0.1 works.</remarks>
    public double? InitialScale { get; init; }

    /// <summary>Dropout on the projected tokens, in training.</summary>
    public double Dropout { get; init; }

    /// <summary>The projector of the small preset: experts of 192, input norms, a common width, tokens that start small.</summary>
    /// <param name="audioWidth">Width of the audio features; null is no audio.</param>
    /// <param name="videoWidth">Width of the video features; null is no video.</param>
    /// <param name="routing">Which routers and experts are shared.</param>
    public static ProjectorConfig Tiny(int? audioWidth, int? videoWidth, ProjectorRouting routing = ProjectorRouting.Dedr) => new()
    {
        Routing = routing,
        Hidden = 192,
        OutputWidth = 192,
        AudioWidth = audioWidth,
        VideoWidth = videoWidth,
        CommonWidth = Math.Max(audioWidth ?? 0, videoWidth ?? 0),
        InputNorm = true,
        InitialScale = 0.1,
        Dropout = 0.1,
    };

    /// <summary>The same configuration with video's own numbers of experts and choices as the only ones.</summary>
    internal ProjectorConfig ForVideo => this with { Experts = VideoExperts ?? Experts, TopK = VideoTopK ?? TopK, VideoExperts = null, VideoTopK = null };

    internal int AudioInput => CommonWidth ?? AudioWidth!.Value;

    internal int VideoInput => CommonWidth ?? VideoWidth!.Value;

    /// <summary>Returns this configuration, or throws naming the setting that is wrong.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range.</exception>
    /// <exception cref="ArgumentException">Settings contradict each other.</exception>
    public ProjectorConfig Validated()
    {
        const string record = nameof(ProjectorConfig);
        if (AudioWidth is null && VideoWidth is null)
            throw new ArgumentException($"{record}.{nameof(AudioWidth)} and {nameof(VideoWidth)} are both null; set at least one.");
        ConfigCheck.Range(record, nameof(AudioWidth), AudioWidth ?? 1, 1, 1 << 20);
        ConfigCheck.Range(record, nameof(VideoWidth), VideoWidth ?? 1, 1, 1 << 20);
        ConfigCheck.Range(record, nameof(CommonWidth), CommonWidth ?? 1, 1, 1 << 20);
        ConfigCheck.Range(record, nameof(OutputWidth), OutputWidth, 1, 1 << 20);
        ConfigCheck.Range(record, nameof(Hidden), Hidden, 1, 1 << 20);
        ConfigCheck.Dropout(record, nameof(Dropout), Dropout);
        if (Routing == ProjectorRouting.Dense)
            return this;
        ConfigCheck.Range(record, nameof(Experts), Experts, 1, 1024);
        ConfigCheck.Range(record, nameof(TopK), TopK, 1, Experts);
        if (VideoExperts is not null && Routing != ProjectorRouting.Dedr)
            throw new ArgumentException($"{record}.{nameof(VideoExperts)} is {VideoExperts}, but with {Routing} both modalities share their experts; leave it null.");
        if (VideoTopK is not null && Routing == ProjectorRouting.Jejr)
            throw new ArgumentException($"{record}.{nameof(VideoTopK)} is {VideoTopK}, but with {Routing} there is no router for video alone; leave it null.");
        ConfigCheck.Range(record, nameof(VideoExperts), VideoExperts ?? Experts, 1, 1024);
        ConfigCheck.Range(record, nameof(VideoTopK), VideoTopK ?? TopK, 1, VideoExperts ?? Experts);
        if (Routing is ProjectorRouting.Jejr or ProjectorRouting.Jedr && AudioWidth is { } audio && VideoWidth is { } video && audio != video && CommonWidth is null)
        {
            throw new ArgumentException(
                $"{record}.{nameof(Routing)} is {Routing}: joint experts need equal widths, but audio has {audio} and video {video}. " +
                $"Set {nameof(CommonWidth)}, or use {nameof(ProjectorRouting.Dedr)}.");
        }
        return this;
    }
}
