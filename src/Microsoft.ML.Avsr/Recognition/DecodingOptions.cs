namespace Microsoft.ML.Avsr.Recognition;

/// <summary>How text is searched for. Both searches are deterministic.</summary>
public sealed record DecodingOptions
{
    /// <summary>Number of beams; 1 is greedy search. 1 to 64. The reference uses 15 (Llama-AVSR); small models gain nothing past 4.</summary>
    public int BeamSize { get; init; } = 1;

    /// <summary>Most tokens of one transcript, end token included. 1 to 4096. The reference cuts at 32.</summary>
    public int MaxTokens { get; init; } = 64;

    /// <summary>Exponent of the length by which a finished hypothesis' log-probability is divided. 1 is the mean.</summary>
    public double LengthPenalty { get; init; } = 1;

    /// <summary>Clips decoded together. 1 to 1024.</summary>
    public int BatchSize { get; init; } = 16;

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range.</exception>
    public DecodingOptions Validate()
    {
        OptionCheck.Range(BeamSize, 1, 64, nameof(BeamSize));
        OptionCheck.Range(MaxTokens, 1, 4096, nameof(MaxTokens));
        OptionCheck.Range(LengthPenalty, -10, 10, nameof(LengthPenalty));
        OptionCheck.Range(BatchSize, 1, 1024, nameof(BatchSize));
        return this;
    }
}
