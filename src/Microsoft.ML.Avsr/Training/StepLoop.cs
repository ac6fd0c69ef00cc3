using System.Diagnostics;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Training;

/// <summary>
/// The optimiser loop that every stage shares: epochs of batches, AdamW with decay on matrices only, warm-up and cosine, clipping,
/// progress, cancellation, and the number of epochs from a time budget.
/// </summary>
internal sealed class StepLoop(string stage, AvsrTrainerOptions options, IProgress<AvsrProgress>? progress, CancellationToken cancellationToken)
{
    private const int FirstTimedStep = 4;
    private const int LastTimedStep = 16;

    /// <summary>Shares of a time budget after which the number of epochs is planned: soon, and once more when the pace is well known.</summary>
    private static readonly double[] s_planningPoints = [0.03, 0.25];

    private const double ScheduleFloor = 0.01;
    private readonly List<LossPoint> _curve = [];

    /// <summary>The training curve, thinned.</summary>
    public IReadOnlyList<LossPoint> Curve => _curve;

    /// <summary>Trains until the epochs or the seconds are spent.</summary>
    /// <param name="parameters">What the optimiser changes.</param>
    /// <param name="learningRate">Peak learning rate.</param>
    /// <param name="batchesOfEpoch">Draws the batches of an epoch (indices of clips).</param>
    /// <param name="loss">Computes the loss of a batch, a scalar, from the batch and the share of the stage that is done; <see langword="null"/> skips the batch.</param>
    /// <param name="epochs">Epochs, or <see langword="null"/> when <paramref name="seconds"/> decides.</param>
    /// <param name="seconds">Seconds to spend when <paramref name="epochs"/> is <see langword="null"/>.</param>
    public StageSummary Run(
        IReadOnlyList<Parameter> parameters, double learningRate, Func<int, List<int[]>> batchesOfEpoch,
        Func<int[], double, Tensor?> loss, int? epochs, double seconds)
    {
        using var optimizer = CreateOptimizer(parameters, learningRate);
        var clock = Stopwatch.StartNew();
        var timed = new Stopwatch();
        var batches = batchesOfEpoch(1);
        var perEpoch = batches.Count;
        var totalEpochs = epochs ?? Math.Max(1, LastTimedStep / Math.Max(1, perEpoch));
        var plans = epochs is not null ? s_planningPoints.Length : 0;
        int step = 0, items = 0;
        double smoothed = double.NaN;
        for (var epoch = 1; epoch <= totalEpochs; epoch++)
        {
            if (epoch > 1)
                batches = batchesOfEpoch(epoch);
            foreach (var batch in batches)
            {
                cancellationToken.ThrowIfCancellationRequested();
                step++;
                if (epochs is null)
                {
                    if (step == FirstTimedStep)
                        timed.Start();
                    var due = plans < s_planningPoints.Length && step >= LastTimedStep && clock.Elapsed.TotalSeconds >= s_planningPoints[plans] * seconds;
                    if (due || (plans == 0 && step == totalEpochs * perEpoch))
                    {
                        totalEpochs = Math.Max(epoch, EpochsWithin(seconds, clock, timed, step, perEpoch));
                        plans += due ? 1 : 0;
                    }
                }
                // Until the length is planned the rate only rises.
                var length = plans > 0 ? totalEpochs * perEpoch : int.MaxValue;
                var schedule = new WarmupCosineSchedule(learningRate, Math.Min(options.WarmupSteps, Math.Max(1, length / 10)), length, ScheduleFloor);
                var done = plans > 0 ? (step - 1) / (double)(totalEpochs * perEpoch) : 0;
                if (Step(optimizer, parameters, batch, () => loss(batch, done), schedule.At(step), step) is { } value)
                    smoothed = double.IsNaN(smoothed) ? value : 0.95 * smoothed + 0.05 * value;
                items += batch.Length;
                Report(step, totalEpochs * perEpoch, epoch, smoothed, items / clock.Elapsed.TotalSeconds, clock.Elapsed);
            }
        }
        var elapsed = clock.Elapsed.TotalSeconds;
        return new StageSummary(stage, totalEpochs, step, elapsed, items / elapsed, smoothed);
    }

    private static int EpochsWithin(double seconds, Stopwatch clock, Stopwatch timed, int step, int perEpoch)
    {
        var perStep = timed.Elapsed.TotalSeconds / Math.Max(1, step - FirstTimedStep);
        var stepsLeft = (seconds - clock.Elapsed.TotalSeconds) / Math.Max(1e-6, perStep);
        return (int)Math.Max(1, Math.Floor((step - 1 + stepsLeft) / perEpoch));
    }

    private double? Step(
        optim.Optimizer optimizer, IReadOnlyList<Parameter> parameters, int[] batch, Func<Tensor?> loss, double learningRate, int step)
    {
        using var scope = NewDisposeScope();
        foreach (var group in optimizer.ParamGroups)
            group.LearningRate = learningRate;
        optimizer.zero_grad();
        var value = loss();
        if (value is null)
            return null;
        value.backward();
        var number = value.cpu().item<float>();
        if (!float.IsFinite(number))
            throw new InvalidOperationException(
                $"Training diverged: the loss of stage '{stage}' is {number} at step {step} (clips {string.Join(", ", batch)}). Lower the learning rate ({learningRate:g3}) or MaxGradientNorm ({options.MaxGradientNorm:g3}).");
        nn.utils.clip_grad_norm_(parameters, options.MaxGradientNorm);
        optimizer.step();
        return number;
    }

    private AdamW CreateOptimizer(IReadOnlyList<Parameter> parameters, double learningRate) => optim.AdamW(
        [
            new AdamW.ParamGroup(parameters.Where(p => p.dim() > 1), learningRate, 0.9, 0.98, 1e-8, options.WeightDecay),
            new AdamW.ParamGroup(parameters.Where(p => p.dim() <= 1), learningRate, 0.9, 0.98, 1e-8, 0),
        ],
        learningRate, 0.9, 0.98);

    private void Report(int step, int totalSteps, int epoch, double loss, double itemsPerSecond, TimeSpan elapsed)
    {
        var every = Math.Max(1, totalSteps / 200);
        if (step % every == 0 || step == totalSteps)
            _curve.Add(new LossPoint(stage, step, loss));
        progress?.Report(new AvsrProgress(stage, step, totalSteps, epoch, loss, itemsPerSecond,
            TimeSpan.FromSeconds(elapsed.TotalSeconds / step * (totalSteps - step))));
    }
}
