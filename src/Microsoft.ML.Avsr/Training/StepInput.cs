namespace Microsoft.ML.Avsr.Training;

/// <summary>What a stage prepares the input of a batch from.</summary>
/// <param name="Clips">Indices of clips.</param>
/// <param name="Done">Share of the stage that is done, 0 to 1.</param>
/// <param name="Random">The batch's own stream, derived from the seed, the stage and the batch's number.</param>
/// <param name="Step">The optimiser step, from 1.</param>
internal sealed record StepInput(int[] Clips, double Done, Random Random, int Step);
