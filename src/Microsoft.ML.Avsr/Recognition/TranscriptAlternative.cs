namespace Microsoft.ML.Avsr.Recognition;

/// <summary>A transcript that the search found less good than the answer.</summary>
/// <param name="Text">What may have been said.</param>
/// <param name="Confidence">Geometric mean of the probabilities of its tokens, 0 to 1.</param>
/// <param name="Score">What the search ranked by; higher is better.</param>
public sealed record TranscriptAlternative(string Text, float Confidence, double Score);
