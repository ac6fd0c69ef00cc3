namespace QuickStart;

/// <summary>A fixed training length.</summary>
/// <param name="Encoder">Passes over the data in the encoder stage (CTC).</param>
/// <param name="LanguageModel">Passes over the data in the projector and language model stage.</param>
public readonly record struct EpochOption(int Encoder, int LanguageModel);
