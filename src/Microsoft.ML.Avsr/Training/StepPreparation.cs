namespace Microsoft.ML.Avsr.Training;

/// <summary>
/// Prepares the input of the next step on another thread while the current one computes. A step's randomness derives from the numbers of its
/// batches, so what is prepared does not depend on when or where.
/// </summary>
/// <param name="prepare">Does what needs no tensors (they belong to the thread that makes them), and returns the computation of the loss.</param>
/// <param name="streams">The stream of random numbers of a batch, by its number.</param>
internal sealed class StepPreparation(Func<StepInput, Func<StepLoss?>> prepare, Func<int, Random> streams) : IDisposable
{
    private (StepPlan Plan, Task<Func<StepLoss?>[]> Inputs)? _ahead;

    /// <summary>The inputs of a step, prepared ahead where that was for the same plan, and begins to prepare the next one's.</summary>
    /// <param name="now">The step.</param>
    /// <param name="next">The step after it, as far as is known; <see langword="null"/> prepares nothing.</param>
    /// <returns>One computation for each batch, to be called on the caller's thread.</returns>
    public Func<StepLoss?>[] Take(StepPlan now, StepPlan? next)
    {
        // One at a time: sources of noise and pictures are not made for several threads.
        var ahead = _ahead;
        _ahead = null;
        var found = ahead is var (plan, inputs) && inputs.GetAwaiter().GetResult() is var ready && plan.IsSame(now) ? ready : Prepare(now);
        if (next is not null)
            _ahead = (next, Task.Run(() => Prepare(next)));
        return found;
    }

    /// <summary>Waits for what is being prepared; nothing of it is left.</summary>
    public void Dispose()
    {
        if (_ahead is not var (_, inputs))
            return;
        // What it failed with, the step that needed it would have said; nobody needs it now.
        ((IAsyncResult)inputs).AsyncWaitHandle.WaitOne();
        _ = inputs.Exception;
        _ahead = null;
    }

    private Func<StepLoss?>[] Prepare(StepPlan plan) =>
        [.. plan.Batches.Select((batch, i) => prepare(new StepInput(batch, plan.Done, streams(plan.FirstBatch + i), plan.Step)))];
}
