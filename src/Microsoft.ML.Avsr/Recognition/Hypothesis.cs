namespace Microsoft.ML.Avsr.Recognition;

/// <summary>One finished candidate of a search.</summary>
/// <param name="Tokens">Generated tokens, without the end token.</param>
/// <param name="LogProbability">Sum of the model's natural log-probabilities of the tokens, end token included.</param>
/// <param name="Length">Tokens that the sum covers, end token included.</param>
/// <param name="Score">What the search ranked by: sum of (filtered) log-probabilities over length to a power.</param>
public sealed record Hypothesis(int[] Tokens, double LogProbability, int Length, double Score)
{
    /// <summary>The end token that finished it; <see langword="null"/> where the limit of tokens cut it.</summary>
    public int? EndToken { get; init; }

    /// <summary>Geometric mean of the token probabilities, 0 to 1.</summary>
    public float Confidence => Length == 0 ? 0 : (float)Math.Exp(LogProbability / Length);
}
