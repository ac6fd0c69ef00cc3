namespace Microsoft.ML.Avsr;

/// <summary>Two recognisers on the same sentences.</summary>
/// <param name="First">Metrics of the first.</param>
/// <param name="Second">Metrics of the second.</param>
/// <param name="Difference">Word error rate of the second minus that of the first: below 0 where the second is better.</param>
/// <param name="PValue">
/// Probability of a difference at least this large, either way, if the two were equally good: a permutation test that swaps
/// the two at random sentence by sentence.
/// </param>
public sealed record PairedComparison(SpeechRecognitionMetrics First, SpeechRecognitionMetrics Second, double Difference, double PValue);
