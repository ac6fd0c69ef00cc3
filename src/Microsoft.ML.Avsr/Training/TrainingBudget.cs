using System.Text.Json.Serialization;

namespace Microsoft.ML.Avsr.Training;

/// <summary>How long to train: exact epochs (repeatable) or minutes (turned into epochs after timing the first steps).</summary>
public sealed record TrainingBudget
{
    /// <summary>Passes over the data for encoders that start from scratch (CTC stage).</summary>
    [JsonInclude]
    public int EncoderEpochs { get; private init; }

    /// <summary>Passes over the data for the projector and the language model.</summary>
    [JsonInclude]
    public int LanguageModelEpochs { get; private init; }

    /// <summary>Total training time in minutes, or <see langword="null"/> when epochs are given.</summary>
    [JsonInclude]
    public double? TotalMinutes { get; private init; }

    /// <summary>Exact epochs: the same seed gives the same model.</summary>
    /// <param name="encoder">Epochs of each encoder that starts from scratch; 1 to 10000.</param>
    /// <param name="languageModel">Epochs of the projector and language model; 1 to 10000.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range.</exception>
    public static TrainingBudget Epochs(int encoder, int languageModel)
    {
        OptionCheck.Range(encoder, 1, 10_000, nameof(encoder));
        OptionCheck.Range(languageModel, 1, 10_000, nameof(languageModel));
        return new TrainingBudget { EncoderEpochs = encoder, LanguageModelEpochs = languageModel };
    }

    /// <summary>A time budget. Decoding media and caching frozen features do not count.</summary>
    /// <param name="total">Minutes of training; 0.05 to 100000.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside its range.</exception>
    public static TrainingBudget Minutes(double total)
    {
        OptionCheck.Range(total, 0.05, 100_000, nameof(total));
        return new TrainingBudget { TotalMinutes = total };
    }
}
