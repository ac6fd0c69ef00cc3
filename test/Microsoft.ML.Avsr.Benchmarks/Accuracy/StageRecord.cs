namespace Microsoft.ML.Avsr.Accuracy;

/// <summary>What one stage of a run did.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Epochs">Passes over the data.</param>
/// <param name="Steps">Optimiser steps.</param>
/// <param name="Seconds">Wall time.</param>
/// <param name="FinalLoss">Smoothed loss at the end; null where it is not finite.</param>
internal sealed record StageRecord(string Stage, int Epochs, int Steps, double Seconds, double? FinalLoss);
