namespace Microsoft.ML.Avsr.Modeling;

/// <summary>What a published Llama-AVSR or Llama-SMoP file does not say about its model (specification 16.2).</summary>
public sealed record PublishedOptions
{
    /// <summary>The language model's shape, from its <c>config.json</c>; <see langword="null"/> finds it among the known ones by width and layers.</summary>
    public LlamaConfig? LanguageModel { get; init; }

    /// <summary>Audio frames per token where they are averaged. Where they are stacked the file says it.</summary>
    public int AudioRate { get; init; } = 4;

    /// <summary>Video frames per token where they are averaged.</summary>
    public int VideoRate { get; init; } = 2;

    /// <summary>Experts that each token goes through, K.</summary>
    public int TopK { get; init; } = 2;

    /// <summary>Factor of the language model's adapters, alpha / reduction: 0.125 in every published recipe.</summary>
    public double LoraScale { get; init; } = 0.125;

    /// <summary>Attention heads of Whisper; <see langword="null"/> is one per 64 of width, as in all of its sizes.</summary>
    public int? AudioHeads { get; init; }

    /// <summary>Attention heads of AV-HuBERT; <see langword="null"/> is one per 64 of width, as in both of its sizes.</summary>
    public int? VideoHeads { get; init; }

    /// <summary>AV-HuBERT's norms before the sub-layers, as in all released models, or after them.</summary>
    public bool VideoNormFirst { get; init; } = true;

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range.</exception>
    public PublishedOptions Validate()
    {
        OptionCheck.Range(AudioRate, 1, 64, nameof(AudioRate));
        OptionCheck.Range(VideoRate, 1, 64, nameof(VideoRate));
        OptionCheck.Range(TopK, 1, 1024, nameof(TopK));
        OptionCheck.Range(LoraScale, 0, 1000, nameof(LoraScale));
        OptionCheck.Range(AudioHeads ?? 1, 1, 4096, nameof(AudioHeads));
        OptionCheck.Range(VideoHeads ?? 1, 1, 4096, nameof(VideoHeads));
        return this;
    }
}
