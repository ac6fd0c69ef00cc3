using System.Text.Json;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>Shape of a Llama- or Qwen2-type language model (specification 7).</summary>
public sealed record LlamaConfig
{
    /// <summary>Rows of the embedding table, added tokens included.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Width of the hidden states.</summary>
    public required int Width { get; init; }

    /// <summary>Decoder layers.</summary>
    public required int Layers { get; init; }

    /// <summary>Attention heads of the queries.</summary>
    public required int Heads { get; init; }

    /// <summary>Heads of keys and values; divides <see cref="Heads"/>.</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>Width of one head; 0 is width / heads.</summary>
    public int HeadSize { get; init; }

    /// <summary>Inner width of SwiGLU.</summary>
    public required int FeedForward { get; init; }

    /// <summary>Base of the rotary frequencies.</summary>
    public double RopeTheta { get; init; } = 10000;

    /// <summary>Stretch of the rotary frequencies; null is none.</summary>
    public RopeScaling? RopeScaling { get; init; }

    /// <summary>Added to the mean square in RMS norms.</summary>
    public double RmsEpsilon { get; init; } = 1e-5;

    /// <summary>The output map is the embedding table.</summary>
    public bool TieEmbeddings { get; init; }

    /// <summary>Biases on queries, keys and values (Qwen2).</summary>
    public bool AttentionBias { get; init; }

    /// <summary>A bias on the attention's output, too (Llama's <c>attention_bias</c>; not Qwen2).</summary>
    public bool OutputBias { get; init; }

    /// <summary>Dropout on the output of attention and SwiGLU, in training.</summary>
    public double Dropout { get; init; }

    /// <summary>Width of one head.</summary>
    public int EffectiveHeadSize => HeadSize > 0 ? HeadSize : Width / Math.Max(1, Heads);

    /// <summary>The small preset: 192 wide, 4 layers, trained from scratch (1.8 million parameters with 58 tokens).</summary>
    /// <param name="vocabularySize">Tokens, special ones included.</param>
    public static LlamaConfig Tiny(int vocabularySize) => new()
    {
        VocabularySize = vocabularySize, Width = 192, Layers = 2, Heads = 4, KeyValueHeads = 4, FeedForward = 512, Dropout = 0.1,
    };

    /// <summary>TinyLlama 1.1B.</summary>
    public static LlamaConfig TinyLlama { get; } = new()
    {
        VocabularySize = 32000, Width = 2048, Layers = 22, Heads = 32, KeyValueHeads = 4, FeedForward = 5632,
    };

    /// <summary>Llama-2-7B.</summary>
    public static LlamaConfig Llama2With7B { get; } = new()
    {
        VocabularySize = 32000, Width = 4096, Layers = 32, Heads = 32, KeyValueHeads = 32, FeedForward = 11008,
    };

    /// <summary>Llama-2-13B.</summary>
    public static LlamaConfig Llama2With13B { get; } = Llama2With7B with { Width = 5120, Layers = 40, Heads = 40, KeyValueHeads = 40, FeedForward = 13824 };

    /// <summary>Llama-3.1-8B.</summary>
    public static LlamaConfig Llama31With8B { get; } = new()
    {
        VocabularySize = 128256, Width = 4096, Layers = 32, Heads = 32, KeyValueHeads = 8, FeedForward = 14336,
        RopeTheta = 500000, RopeScaling = new RopeScaling(8, 1, 4, 8192),
    };

    /// <summary>Llama-3-8B: as 3.1, but its rotary frequencies are not stretched.</summary>
    public static LlamaConfig Llama3With8B { get; } = Llama31With8B with { RopeScaling = null };

    /// <summary>Llama-3.2-1B.</summary>
    public static LlamaConfig Llama32With1B { get; } = new()
    {
        VocabularySize = 128256, Width = 2048, Layers = 16, Heads = 32, KeyValueHeads = 8, FeedForward = 8192,
        RopeTheta = 500000, RopeScaling = new RopeScaling(32, 1, 4, 8192), TieEmbeddings = true,
    };

    /// <summary>Llama-3.2-3B.</summary>
    public static LlamaConfig Llama32With3B { get; } = Llama32With1B with { Width = 3072, Layers = 28, Heads = 24 };

    /// <summary>Qwen2.5-0.5B.</summary>
    public static LlamaConfig Qwen25WithHalfB { get; } = new()
    {
        VocabularySize = 151936, Width = 896, Layers = 24, Heads = 14, KeyValueHeads = 2, FeedForward = 4864,
        RopeTheta = 1000000, RmsEpsilon = 1e-6, TieEmbeddings = true, AttentionBias = true,
    };

    /// <summary>Qwen2.5-1.5B.</summary>
    public static LlamaConfig Qwen25With1AndHalfB { get; } = Qwen25WithHalfB with { Width = 1536, Layers = 28, Heads = 12, FeedForward = 8960 };

    /// <summary>Qwen2.5-3B.</summary>
    public static LlamaConfig Qwen25With3B { get; } = Qwen25WithHalfB with { Width = 2048, Layers = 36, Heads = 16, FeedForward = 11008 };

    /// <summary>Qwen2.5-7B.</summary>
    public static LlamaConfig Qwen25With7B { get; } = Qwen25WithHalfB with
    {
        VocabularySize = 152064, Width = 3584, Layers = 28, Heads = 28, KeyValueHeads = 4, FeedForward = 18944, TieEmbeddings = false,
    };

    /// <summary>Qwen2.5-14B, the base model (the instructed one has an epsilon of 1e-6).</summary>
    public static LlamaConfig Qwen25With14B { get; } = Qwen25With7B with { Width = 5120, Layers = 48, Heads = 40, KeyValueHeads = 8, FeedForward = 13824, RmsEpsilon = 1e-5 };

    /// <summary>Qwen2.5-32B, the base model (the instructed one has an epsilon of 1e-6).</summary>
    public static LlamaConfig Qwen25With32B { get; } = Qwen25With14B with { Layers = 64, FeedForward = 27648 };

    /// <summary>Reads a Hugging Face <c>config.json</c> of model type <c>llama</c> or <c>qwen2</c>.</summary>
    /// <param name="config">The root object of the file.</param>
    /// <exception cref="InvalidDataException">A field is missing, or describes something that this model is not.</exception>
    public static LlamaConfig FromJson(JsonElement config)
    {
        var type = ConfigJson.Text(config, "model_type", "llama");
        if (type is not ("llama" or "qwen2"))
            throw new InvalidDataException($"config.json describes a '{type}' model; 'llama' and 'qwen2' are supported.");
        var isQwen = type == "qwen2";
        var activation = ConfigJson.Text(config, "hidden_act", "silu");
        if (activation != "silu")
            throw new InvalidDataException($"config.json has hidden_act '{activation}'; 'silu' is supported.");
        if (ConfigJson.Flag(config, "use_sliding_window", false))
            throw new InvalidDataException("config.json has use_sliding_window true; sliding-window attention is not supported.");
        if (ConfigJson.Flag(config, "mlp_bias", false))
            throw new InvalidDataException("config.json has mlp_bias true; biases in the feed-forward part are not supported.");
        var heads = ConfigJson.Integer(config, "num_attention_heads");
        var bias = ConfigJson.Flag(config, "attention_bias", false);
        return new LlamaConfig
        {
            VocabularySize = ConfigJson.Integer(config, "vocab_size"),
            Width = ConfigJson.Integer(config, "hidden_size"),
            Layers = ConfigJson.Integer(config, "num_hidden_layers"),
            Heads = heads,
            KeyValueHeads = ConfigJson.Integer(config, "num_key_value_heads", heads),
            HeadSize = ConfigJson.Integer(config, "head_dim", 0),
            FeedForward = ConfigJson.Integer(config, "intermediate_size"),
            RopeTheta = ConfigJson.Number(config, "rope_theta", 10000),
            RopeScaling = ScalingFrom(config),
            RmsEpsilon = ConfigJson.Number(config, "rms_norm_eps", 1e-6),
            TieEmbeddings = ConfigJson.Flag(config, "tie_word_embeddings", false),
            AttentionBias = isQwen || bias,
            OutputBias = !isQwen && bias,
        }.Validated();
    }

    /// <summary>Returns this configuration, or throws naming the setting that is wrong.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range.</exception>
    public LlamaConfig Validated()
    {
        const string record = nameof(LlamaConfig);
        ConfigCheck.Range(record, nameof(VocabularySize), VocabularySize, 1, 1 << 24);
        ConfigCheck.Range(record, nameof(Width), Width, 1, 1 << 20);
        ConfigCheck.Range(record, nameof(Layers), Layers, 0, 1024);
        ConfigCheck.Range(record, nameof(Heads), Heads, 1, 4096);
        ConfigCheck.Range(record, nameof(FeedForward), FeedForward, 1, 1 << 20);
        ConfigCheck.Range(record, nameof(HeadSize), HeadSize, 0, 1 << 16);
        if (KeyValueHeads < 1 || Heads % KeyValueHeads != 0)
            throw new ArgumentOutOfRangeException(nameof(KeyValueHeads), KeyValueHeads, $"{record}.{nameof(KeyValueHeads)} is {KeyValueHeads}; it must divide Heads, {Heads}.");
        if (HeadSize == 0 && Width % Heads != 0)
            throw new ArgumentOutOfRangeException(nameof(Heads), Heads, $"{record}.{nameof(Heads)} is {Heads}; it must divide Width, {Width}, or HeadSize must be set.");
        if (EffectiveHeadSize < 2 || EffectiveHeadSize % 2 != 0)
            throw new ArgumentOutOfRangeException(nameof(HeadSize), EffectiveHeadSize, $"{record}.{nameof(HeadSize)} is {EffectiveHeadSize}; rotary positions need an even size.");
        if (RopeTheta <= 1)
            throw new ArgumentOutOfRangeException(nameof(RopeTheta), RopeTheta, $"{record}.{nameof(RopeTheta)} is {RopeTheta}; it must be above 1.");
        ConfigCheck.Dropout(record, nameof(Dropout), Dropout);
        return this;
    }

    /// <summary>Rotary frequencies, [headSize / 2].</summary>
    internal float[] RotaryFrequencies()
    {
        var frequencies = RotaryTable.Frequencies(EffectiveHeadSize, RopeTheta);
        RopeScaling?.Apply(frequencies);
        return frequencies;
    }

    private static RopeScaling? ScalingFrom(JsonElement config)
    {
        if (!ConfigJson.Find(config, "rope_scaling", out var scaling))
            return null;
        var type = ConfigJson.Text(scaling, "rope_type", ConfigJson.Text(scaling, "type", "default"));
        return type switch
        {
            "default" => null,
            "llama3" => new RopeScaling(
                ConfigJson.Number(scaling, "factor"),
                ConfigJson.Number(scaling, "low_freq_factor"),
                ConfigJson.Number(scaling, "high_freq_factor"),
                ConfigJson.Integer(scaling, "original_max_position_embeddings")),
            _ => throw new InvalidDataException($"config.json has rope_scaling type '{type}'; 'llama3' and 'default' are supported."),
        };
    }
}
