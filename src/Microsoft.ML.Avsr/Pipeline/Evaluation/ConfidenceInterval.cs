namespace Microsoft.ML.Avsr;

/// <summary>An interval that holds the true value with some probability.</summary>
/// <param name="Lower">Its lower end.</param>
/// <param name="Upper">Its upper end.</param>
/// <param name="Level">The probability, for example 0.95.</param>
public readonly record struct ConfidenceInterval(double Lower, double Upper, double Level);
