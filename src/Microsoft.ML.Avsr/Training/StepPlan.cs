namespace Microsoft.ML.Avsr.Training;

/// <summary>What a step is about to see.</summary>
/// <param name="Step">The optimiser step, from 1.</param>
/// <param name="FirstBatch">The number of its first batch over the stage, from 1.</param>
/// <param name="Batches">Its batches: indices of clips.</param>
/// <param name="Done">Share of the stage that is done, 0 to 1.</param>
internal sealed record StepPlan(int Step, int FirstBatch, int[][] Batches, double Done)
{
    /// <summary>Whether another plan is for the same input: the length of a stage may be planned anew between steps.</summary>
    public bool IsSame(StepPlan other) =>
        (Step, FirstBatch, Done) == (other.Step, other.FirstBatch, other.Done) && ReferenceEquals(Batches, other.Batches);
}
