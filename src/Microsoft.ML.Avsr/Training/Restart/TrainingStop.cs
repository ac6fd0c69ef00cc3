namespace Microsoft.ML.Avsr.Training;

/// <summary>Why training ended before its budget was spent.</summary>
/// <param name="Stage">The stage in which it ended.</param>
/// <param name="Step">The optimiser step of that stage, from 1.</param>
/// <param name="Reason">What happened, in words.</param>
/// <param name="Checkpoint">The checkpoint whose weights were returned, or <see langword="null"/> for the weights at the stop.</param>
public sealed record TrainingStop(string Stage, int Step, string Reason, string? Checkpoint);
