namespace Microsoft.ML.Avsr.Training;

/// <summary>A report of work under way.</summary>
/// <param name="Stage">What is being done, for example <c>visual encoder (CTC)</c>.</param>
/// <param name="Step">Steps done in this stage.</param>
/// <param name="TotalSteps">Steps in this stage.</param>
/// <param name="Epoch">The pass over the data, from 1.</param>
/// <param name="Loss">Smoothed loss, or <see langword="null"/> where the stage has none.</param>
/// <param name="ItemsPerSecond">Clips per second.</param>
/// <param name="Remaining">Estimated time left in this stage.</param>
public sealed record AvsrProgress(
    string Stage, int Step, int TotalSteps, int Epoch, double? Loss, double ItemsPerSecond, TimeSpan Remaining);
