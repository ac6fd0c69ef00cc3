using System.Diagnostics;
using Microsoft.ML.Avsr.Modeling;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Training;

/// <summary>
/// The optimiser loop that every stage shares: epochs of batches, AdamW with decay on matrices only, warm-up and cosine, clipping,
/// progress, checkpoints, cancellation, and the number of epochs from a time budget.
/// </summary>
/// <param name="stage">Name of the stage.</param>
/// <param name="run">The run.</param>
/// <param name="describe">Names a clip in messages.</param>
internal sealed class StepLoop(string stage, RunContext run, Func<int, string> describe)
{
    private const int FirstTimedStep = 4;
    private const int LastTimedStep = 16;

    /// <summary>Losses below this never count as exploded, however small they were before.</summary>
    private const double SmallestExplosion = 1;

    /// <summary>Steps before an explosion can be told from a beginning.</summary>
    private const int StepsBeforeExplosion = 20;

    /// <summary>Shares of a time budget after which the number of epochs is planned: soon, and once more when the pace is well known.</summary>
    private static readonly double[] s_planningPoints = [0.03, 0.25];

    private readonly AvsrTrainerOptions _options = run.Options;

    /// <summary>Trains until the epochs or the seconds are spent.</summary>
    /// <param name="masters">What the optimiser changes.</param>
    /// <param name="learningRate">Peak learning rate.</param>
    /// <param name="batchesOfEpoch">Draws the batches of an epoch (indices of clips): the same for the same epoch.</param>
    /// <param name="prepare">
    /// Prepares a batch, on another thread and without tensors, and returns the computation of its loss, which may return <see langword="null"/> to skip it.
    /// </param>
    /// <param name="epochs">Epochs, or <see langword="null"/> when <paramref name="seconds"/> decides.</param>
    /// <param name="seconds">Seconds to spend when <paramref name="epochs"/> is <see langword="null"/>.</param>
    /// <param name="averagedEpochs">Last epochs whose weights are averaged at the end; 1 for none.</param>
    /// <returns>What was done.</returns>
    public StageResult Run(
        MasterWeights masters, double learningRate, Func<int, List<int[]>> batchesOfEpoch,
        Func<StepInput, Func<StepLoss?>> prepare, int? epochs, double seconds, int averagedEpochs = 1)
    {
        using var preparation = new StepPreparation(prepare, number => RandomStreams.Create(_options.Seed, stage, number));
        using var threads = NativeThreads.For(masters.Optimized.Sum(p => p.numel()));
        using var optimizer = CreateOptimizer(masters.Optimized, learningRate);
        using var average = new WeightAverage(masters.Optimized);
        var tensors = new StageTensors(optimizer, masters, average);
        var at = run.TakePosition(tensors) ?? new LoopPosition { Plans = epochs is null ? 0 : s_planningPoints.Length };
        var before = at.Seconds;
        var clock = Stopwatch.StartNew();
        var timed = new Stopwatch();
        var timedFrom = at.Step + FirstTimedStep;
        for (; at.Epoch == 1 || at.Epoch <= at.TotalEpochs; at.Epoch++, at.BatchesDone = 0)
        {
            var steps = batchesOfEpoch(at.Epoch).Chunk(_options.AccumulatedBatches).ToArray();
            var perEpoch = steps.Length;
            if (at.TotalEpochs == 0)
                at.TotalEpochs = epochs ?? Math.Max(1, LastTimedStep / Math.Max(1, perEpoch));
            for (; at.BatchesDone < perEpoch;)
            {
                if (run.CancellationToken.IsCancellationRequested)
                {
                    run.Interrupted = (stage, at.Step, at.Smoothed);
                    run.Checkpoint(at, tensors, now: true);
                    run.CancellationToken.ThrowIfCancellationRequested();
                }
                at.Step++;
                if (epochs is null)
                {
                    if (at.Step == timedFrom)
                        timed.Start();
                    var due = at.Plans < s_planningPoints.Length && at.Step >= timedFrom + LastTimedStep - FirstTimedStep
                        && at.Seconds >= s_planningPoints[at.Plans] * seconds;
                    if (due || (at.Plans == 0 && at.Step == at.TotalEpochs * perEpoch))
                    {
                        at.TotalEpochs = Math.Max(at.Epoch, EpochsWithin(seconds - at.Seconds, timed, at.Step, timedFrom, perEpoch));
                        at.Plans += due ? 1 : 0;
                    }
                }
                // Until the length is planned the rate only rises.
                var length = at.Plans > 0 ? at.TotalEpochs * perEpoch : int.MaxValue;
                var schedule = new WarmupCosineSchedule(learningRate, Math.Min(_options.WarmupSteps, Math.Max(1, length / 10)), length, _options.LearningRateFloor);
                double Done(int step) => at.Plans > 0 ? (step - 1) / (double)(at.TotalEpochs * perEpoch) : 0;
                var batches = steps[at.BatchesDone];
                var now = new StepPlan(at.Step, at.Batches + 1, batches, Done(at.Step));
                var next = at.BatchesDone + 1 < perEpoch
                    ? new StepPlan(at.Step + 1, now.FirstBatch + batches.Length, steps[at.BatchesDone + 1], Done(at.Step + 1)) : null;
                if (Step(tensors, batches, preparation.Take(now, next), schedule.At(at.Step), at) is { } value)
                    at.Smoothed = at.Smoothed is { } smoothed ? 0.95 * smoothed + 0.05 * value : value;
                at.BatchesDone++;
                if (_options.RoutingEverySteps > 0 && at.Step % _options.RoutingEverySteps == 0)
                    CloseRoutingWindow(at);
                at.Items += steps[at.BatchesDone - 1].Sum(batch => batch.Length);
                at.Seconds = before + clock.Elapsed.TotalSeconds;
                Report(at, at.TotalEpochs * perEpoch);
                run.Checkpoint(at, tensors);
            }
            if (averagedEpochs > 1 && at.Epoch > at.TotalEpochs - averagedEpochs)
            {
                average.Add();
                at.AveragedEpochs = average.Count;
            }
        }
        average.Apply();
        masters.Publish();
        return new StageResult(
            new StageSummary(stage, at.TotalEpochs, at.Step, at.Seconds, at.Items / Math.Max(1e-9, at.Seconds), at.Smoothed ?? double.NaN), at.Curve, at.Routing);
    }

    private static int EpochsWithin(double secondsLeft, Stopwatch timed, int step, int timedFrom, int perEpoch)
    {
        var perStep = timed.Elapsed.TotalSeconds / Math.Max(1, step - timedFrom);
        return (int)Math.Max(1, Math.Floor((step - 1 + secondsLeft / Math.Max(1e-6, perStep)) / perEpoch));
    }

    /// <summary>One optimiser step over one or more batches; the mean loss, or null when every batch was skipped.</summary>
    private double? Step(StageTensors tensors, int[][] batches, Func<StepLoss?>[] losses, double learningRate, LoopPosition at)
    {
        var optimizer = tensors.Optimizer;
        foreach (var group in optimizer.ParamGroups)
            group.LearningRate = learningRate;
        optimizer.zero_grad();
        double total = 0;
        var used = 0;
        foreach (var (batch, loss) in batches.Zip(losses))
        {
            using var scope = NewDisposeScope();
            at.Batches++;
            // Dropout starts from the batch's number, as its preparation did, not from what came before: a resumed run draws the same.
            using var generator = manual_seed(RandomStreams.Seed(_options.Seed, stage, at.Batches));
            if (loss() is not { } value)
                continue;
            var number = value.Total.cpu().item<float>();
            Check(value, number, batch, learningRate, at);
            var share = batches.Length == 1 ? value.Total : value.Total.div(batches.Length);
            share.backward();
            total += number;
            used++;
            if (value.Routing is { Count: > 0 } routing)
                at.RoutingWindow = [.. RoutingStatistics.Merge([.. at.RoutingWindow, .. routing])];
        }
        if (used == 0)
            return null;
        tensors.Masters.TakeGradients();
        var norm = nn.utils.clip_grad_norm_(tensors.Masters.Optimized, _options.MaxGradientNorm);
        if (!double.IsFinite(norm))
            throw Diverged(batches.SelectMany(b => b), "gradient norm", norm, learningRate, at);
        optimizer.step();
        tensors.Masters.Publish();
        return total / used;
    }

    private static void CloseRoutingWindow(LoopPosition at)
    {
        at.Routing.AddRange(at.RoutingWindow.Select(statistics => new RoutingSnapshot(at.Step, statistics)));
        at.RoutingWindow = [];
    }

    private void Check(StepLoss value, float number, int[] batch, double learningRate, LoopPosition at)
    {
        var exploded = at.Step > StepsBeforeExplosion && at.Smoothed is { } smoothed && number > _options.ExplosionFactor * Math.Max(SmallestExplosion, smoothed);
        if (float.IsFinite(number) && !exploded)
            return;
        var terms = value.Terms.Select(t => (t.Name, Value: (double)t.Value.to_type(ScalarType.Float32).cpu().item<float>())).ToArray();
        var (name, culprit) = terms.FirstOrDefault(t => !double.IsFinite(t.Value));
        if (name is null && terms.Length > 0)
            (name, culprit) = terms.MaxBy(t => t.Value);
        throw Diverged(batch, name is null ? "the loss" : $"the {name} loss", name is null ? number : culprit, learningRate, at);
    }

    private TrainingDivergedException Diverged(IEnumerable<int> clips, string loss, double value, double learningRate, LoopPosition at) =>
        new(stage, at.Step, [.. clips.Select(describe)], loss, value, learningRate, run.LastGood);

    private AdamW CreateOptimizer(IReadOnlyList<Parameter> parameters, double learningRate) => optim.AdamW(
        [
            new AdamW.ParamGroup(parameters.Where(Decays), learningRate, 0.9, 0.98, 1e-8, _options.WeightDecay),
            new AdamW.ParamGroup(parameters.Where(p => !Decays(p)), learningRate, 0.9, 0.98, 1e-8, 0),
        ],
        learningRate, 0.9, 0.98);

    private bool Decays(Parameter parameter) => _options.DecayEverything || parameter.dim() > 1;

    private void Report(LoopPosition at, int totalSteps)
    {
        var every = Math.Max(1, totalSteps / 200);
        var loss = at.Smoothed ?? double.NaN;
        if (at.Step % every == 0 || at.Step == totalSteps)
            at.Curve.Add(new LossPoint(stage, at.Step, loss));
        run.Progress?.Report(new AvsrProgress(stage, at.Step, totalSteps, at.Epoch, loss, at.Items / Math.Max(1e-9, at.Seconds),
            TimeSpan.FromSeconds(at.Seconds / at.Step * (totalSteps - at.Step))));
    }
}
