namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>Outcome of a model folder's self-test.</summary>
/// <param name="Passed">Whether every output agrees within the tolerance.</param>
/// <param name="LargestError">Largest absolute difference of all outputs; infinite when an output is missing, misshapen or not a number.</param>
/// <param name="Problem">The output that differs, and how; null when all agree.</param>
public sealed record ModelVerification(bool Passed, double LargestError, string? Problem);
