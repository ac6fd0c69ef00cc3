namespace Microsoft.ML.Avsr.Modeling;

/// <summary>Low-rank adaptation: a projection W x becomes W x + scale · Up(Down(x)).</summary>
/// <remarks>
/// The reference calls its setting "rank" but divides the model's width by it: give that number as <see cref="Reduction"/>
/// (specification 6.6). PEFT's r is <see cref="Rank"/>.
/// </remarks>
public sealed record LoraConfig
{
    /// <summary>Width of the bottleneck; null when <see cref="Reduction"/> gives it.</summary>
    public int? Rank { get; init; }

    /// <summary>The bottleneck is round(width / this); null when <see cref="Rank"/> gives it.</summary>
    public int? Reduction { get; init; }

    /// <summary>Factor of the low-rank term: alpha / r in PEFT, alpha / reduction in the reference.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>Adapted projections.</summary>
    public LoraTargets Targets { get; init; } = LoraTargets.QueryValue;

    /// <summary>Dropout on the adapter's input, in training.</summary>
    public double Dropout { get; init; }

    /// <summary>How the adapter starts.</summary>
    public LoraInitialization Initialization { get; init; } = LoraInitialization.Zero;

    /// <summary>The reference's language-model adapter: queries and values, reduction and alpha as in its command line.</summary>
    /// <param name="reduction">The reference's "rank": 64 for 7B and 8B models, 32 for 1B and 3B.</param>
    /// <param name="alpha">8 for 7B and 8B models, 4 for 1B and 3B.</param>
    public static LoraConfig OfReference(int reduction, double alpha) =>
        new() { Reduction = reduction, Scale = alpha / reduction };

    /// <summary>The reference's AV-HuBERT adapter: width / 16, factor 2 (specification 4.4).</summary>
    public static LoraConfig AvHubertReference { get; } = new() { Reduction = 16, Scale = 2 };

    /// <summary>Width of the bottleneck in a model of the given width.</summary>
    /// <exception cref="ArgumentException">Neither or both of <see cref="Rank"/> and <see cref="Reduction"/> are set, or the result is below 1.</exception>
    public int RankFor(int width)
    {
        if (Rank.HasValue == Reduction.HasValue)
            throw new ArgumentException($"Set exactly one of {nameof(LoraConfig)}.{nameof(Rank)} and {nameof(LoraConfig)}.{nameof(Reduction)}.");
        var rank = Rank ?? (int)Math.Round((double)width / Reduction!.Value);
        return rank >= 1
            ? rank
            : throw new ArgumentException($"{nameof(LoraConfig)} gives rank {rank} for width {width}; the rank must be at least 1.");
    }

    internal void Validate()
    {
        if (Rank is < 1)
            throw new ArgumentOutOfRangeException(nameof(Rank), Rank, "LoraConfig.Rank must be at least 1.");
        if (Reduction is < 1)
            throw new ArgumentOutOfRangeException(nameof(Reduction), Reduction, "LoraConfig.Reduction must be at least 1.");
        if (Dropout is < 0 or >= 1)
            throw new ArgumentOutOfRangeException(nameof(Dropout), Dropout, "LoraConfig.Dropout must be in [0, 1).");
    }
}
