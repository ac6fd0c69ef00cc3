namespace Microsoft.ML.Avsr;

/// <summary>A word error and how often it happened.</summary>
/// <param name="Said">The word that was said; null for a word that was recognised though nothing was said.</param>
/// <param name="Recognised">The word that was recognised; null for a word that was missed.</param>
/// <param name="Count">How often.</param>
public sealed record WordConfusion(string? Said, string? Recognised, long Count);
