namespace Microsoft.ML.Avsr.Recognition;

/// <summary>How text is searched for (specification 11). Without <see cref="Sampling"/> both searches are deterministic.</summary>
public sealed record DecodingOptions
{
    /// <summary>Number of beams; 1 is greedy search. 1 to 64. The reference uses 15 (Llama-AVSR); small models gain nothing past 4.</summary>
    public int BeamSize { get; init; } = 1;

    /// <summary>Most tokens of one transcript, end token included. 1 to 4096. The reference cuts at 32.</summary>
    public int MaxTokens { get; init; } = 64;

    /// <summary>Fewest tokens before an end token is allowed. 0 to <see cref="MaxTokens"/>.</summary>
    public int MinTokens { get; init; }

    /// <summary>Exponent of the length by which a finished hypothesis' score is divided, -10 to 10. 1 is the mean.</summary>
    public double LengthPenalty { get; init; } = 1;

    /// <summary>When a beam search of one clip ends.</summary>
    public BeamStopping Stopping { get; init; } = BeamStopping.Attainable;

    /// <summary>Hypotheses kept for each clip, best first. 1 to <see cref="BeamSize"/>.</summary>
    public int Alternatives { get; init; } = 1;

    /// <summary>Makes tokens that were already generated less likely: above 1 discourages, 1 changes nothing. 0.01 to 100.</summary>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>No run of this many tokens may occur twice; 0 allows all. 0 to 64.</summary>
    public int NoRepeatNgram { get; init; }

    /// <summary>Tokens that end a transcript besides the tokenizer's end token.</summary>
    public IReadOnlyList<int> ExtraEndTokens { get; init; } = [];

    /// <summary>
    /// Share of the encoders' CTC heads in the score of a token, where a model has such heads (those that this library trained from scratch have);
    /// the rest is the language model's. 0 to 0.95; 0 leaves them out.
    /// </summary>
    public double CtcWeight { get; init; } = 0.6;

    /// <summary>Draws tokens at random instead of taking the best; <see langword="null"/> is deterministic search.</summary>
    public SamplingOptions? Sampling { get; init; }

    /// <summary>Clips decoded together. 1 to 1024.</summary>
    public int BatchSize { get; init; } = 16;

    /// <summary>Audio tokens that are averaged into one before recognition: 1, or one of the factors that the model was trained with (<see cref="Modeling.AvsrModelConfig.AudioCompressions"/>).</summary>
    public int AudioCompression { get; init; } = 1;

    /// <summary>Video tokens that are averaged into one before recognition, as <see cref="AudioCompression"/>.</summary>
    public int VideoCompression { get; init; } = 1;

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range.</exception>
    public DecodingOptions Validate()
    {
        OptionCheck.Range(BeamSize, 1, 64, nameof(BeamSize));
        OptionCheck.Range(MaxTokens, 1, 4096, nameof(MaxTokens));
        OptionCheck.Range(MinTokens, 0, MaxTokens, nameof(MinTokens));
        OptionCheck.Range(LengthPenalty, -10, 10, nameof(LengthPenalty));
        OptionCheck.Require(Enum.IsDefined(Stopping), nameof(Stopping), Stopping, $"use one of {string.Join(", ", Enum.GetNames<BeamStopping>())}.");
        OptionCheck.Range(Alternatives, 1, BeamSize, nameof(Alternatives));
        OptionCheck.Range(RepetitionPenalty, 0.01, 100, nameof(RepetitionPenalty));
        OptionCheck.Range(NoRepeatNgram, 0, 64, nameof(NoRepeatNgram));
        OptionCheck.Range(CtcWeight, 0, 0.95, nameof(CtcWeight));
        foreach (var token in ExtraEndTokens)
            OptionCheck.Range(token, 0, int.MaxValue, nameof(ExtraEndTokens));
        Sampling?.Validate();
        OptionCheck.Range(AudioCompression, 1, 64, nameof(AudioCompression));
        OptionCheck.Range(VideoCompression, 1, 64, nameof(VideoCompression));
        OptionCheck.Range(BatchSize, 1, 1024, nameof(BatchSize));
        return this;
    }
}
