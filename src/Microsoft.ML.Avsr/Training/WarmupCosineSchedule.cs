namespace Microsoft.ML.Avsr.Training;

/// <summary>Linear warm-up, then a cosine from the peak down to a floor, per optimiser step (spec of the reference: section 12).</summary>
/// <param name="peak">Highest learning rate.</param>
/// <param name="warmupSteps">Steps of the linear rise.</param>
/// <param name="totalSteps">Steps in all.</param>
/// <param name="floor">Share of the peak that is left at the end; the reference goes to 0.</param>
public readonly struct WarmupCosineSchedule(double peak, int warmupSteps, int totalSteps, double floor = 0)
{
    /// <summary>The learning rate of a step.</summary>
    /// <param name="step">The step, from 1.</param>
    public double At(int step)
    {
        if (step <= warmupSteps)
            return peak * step / Math.Max(1, warmupSteps);
        var progress = Math.Min(1, (step - warmupSteps) / (double)Math.Max(1, totalSteps - warmupSteps));
        return peak * (floor + (1 - floor) * 0.5 * (1 + Math.Cos(Math.PI * progress)));
    }
}
