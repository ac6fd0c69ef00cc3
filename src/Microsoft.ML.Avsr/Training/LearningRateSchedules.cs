namespace Microsoft.ML.Avsr.Training;

/// <summary>Learning rates per optimiser step, exactly as other code bases compute them, for runs that must be repeated number for number.</summary>
/// <remarks>Training here uses <see cref="WarmupCosineSchedule"/>.</remarks>
public static class LearningRateSchedules
{
    /// <summary>The reference's warm-up and cosine (specification 12). Its step count starts at 1, and past the end the cosine rises again.</summary>
    /// <param name="peak">Highest rate.</param>
    /// <param name="warmupSteps">Steps of the linear rise; may be fractional.</param>
    /// <param name="totalSteps">Steps in all; may be fractional.</param>
    /// <param name="step">The optimiser step, from 0.</param>
    /// <returns>The rate that the step uses.</returns>
    public static double Reference(double peak, double warmupSteps, double totalSteps, int step)
    {
        double count = step + 1;
        return count < warmupSteps
            ? peak * count / warmupSteps
            : peak * 0.5 * (1 + Math.Cos(Math.PI * (count - warmupSteps) / (totalSteps - warmupSteps)));
    }

    /// <summary>Hugging Face's <c>get_cosine_schedule_with_warmup</c>: the first step of a warm-up has rate 0.</summary>
    /// <param name="peak">Highest rate.</param>
    /// <param name="warmupSteps">Steps of the linear rise.</param>
    /// <param name="totalSteps">Steps in all; the rate stays 0 after them.</param>
    /// <param name="step">The optimiser step, from 0.</param>
    /// <param name="cycles">Cosine waves after the warm-up; 0.5 falls once.</param>
    /// <returns>The rate that the step uses.</returns>
    public static double Cosine(double peak, int warmupSteps, int totalSteps, int step, double cycles = 0.5)
    {
        if (step < warmupSteps)
            return peak * step / Math.Max(1, warmupSteps);
        var progress = (double)(step - warmupSteps) / Math.Max(1, totalSteps - warmupSteps);
        return peak * Math.Max(0, 0.5 * (1 + Math.Cos(Math.PI * cycles * 2 * progress)));
    }

    /// <summary>Hugging Face's <c>get_linear_schedule_with_warmup</c>.</summary>
    /// <param name="peak">Highest rate.</param>
    /// <param name="warmupSteps">Steps of the linear rise.</param>
    /// <param name="totalSteps">Steps in all; the rate stays 0 after them.</param>
    /// <param name="step">The optimiser step, from 0.</param>
    /// <returns>The rate that the step uses.</returns>
    public static double Linear(double peak, int warmupSteps, int totalSteps, int step) => step < warmupSteps
        ? peak * step / Math.Max(1, warmupSteps)
        : peak * Math.Max(0, (double)(totalSteps - step) / Math.Max(1, totalSteps - warmupSteps));
}
