namespace Microsoft.ML.Avsr.Recognition;

/// <summary>
/// Random choice of tokens. The defaults are those that Llama 3's <c>generation_config.json</c> gives the reference, whose beam search
/// then samples (specification 11.1). Same seed, same model, same batch: same text.
/// </summary>
public sealed record SamplingOptions
{
    /// <summary>Divides the scores: below 1 sharpens, above 1 flattens. 0.01 to 100.</summary>
    public double Temperature { get; init; } = 0.6;

    /// <summary>Only this many best tokens can be drawn; 0 is all. 0 to 1,000,000.</summary>
    public int TopK { get; init; } = 50;

    /// <summary>Only the best tokens that together have this probability can be drawn; 1 is all. Above 0, at most 1.</summary>
    public double TopP { get; init; } = 0.9;

    /// <summary>Seed of the draws.</summary>
    public int Seed { get; init; }

    internal void Validate()
    {
        OptionCheck.Range(Temperature, 0.01, 100, nameof(Temperature));
        OptionCheck.Range(TopK, 0, 1_000_000, nameof(TopK));
        OptionCheck.Require(TopP is > 0 and <= 1, nameof(TopP), TopP, "it must be above 0 and at most 1.");
    }
}
