using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;

namespace Microsoft.ML.Avsr.Training;

/// <summary>One point of a training curve.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Step">The step, from 1.</param>
/// <param name="Loss">Smoothed loss.</param>
public sealed record LossPoint(string Stage, int Step, double Loss);

/// <summary>What one stage of training did.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Epochs">Passes over the data.</param>
/// <param name="Steps">Optimiser steps.</param>
/// <param name="Seconds">Wall time.</param>
/// <param name="ItemsPerSecond">Clips per second.</param>
/// <param name="FinalLoss">Smoothed loss at the end.</param>
public sealed record StageSummary(string Stage, int Epochs, int Steps, double Seconds, double ItemsPerSecond, double FinalLoss);

/// <summary>The result of training.</summary>
/// <param name="Model">The model, in evaluation mode; the caller owns it.</param>
/// <param name="Frozen">The pretrained parts that training did not change, but for adapters: a saved model names their files.</param>
/// <param name="Stages">What each stage did.</param>
/// <param name="Curve">The training curve.</param>
/// <param name="Routing">Share of tokens per expert over the training data; empty for a dense projector.</param>
/// <param name="Parameters">Parameters of the model, frozen ones included.</param>
/// <param name="TrainedParameters">Parameters that training changed.</param>
public sealed record TrainedModel(
    AvsrModel Model, IReadOnlyList<FrozenWeights> Frozen, IReadOnlyList<StageSummary> Stages, IReadOnlyList<LossPoint> Curve,
    IReadOnlyList<RoutingStatistics> Routing, long Parameters, long TrainedParameters)
{
    /// <summary>How experts were used during training, every <see cref="AvsrTrainerOptions.RoutingEverySteps"/> steps; empty where that is 0.</summary>
    public IReadOnlyList<RoutingSnapshot> RoutingHistory { get; init; } = [];

    /// <summary>The parts of the model: parameters, which of them this run changed, types and memory.</summary>
    public IReadOnlyList<ModuleSummary> Modules { get; init; } = [];

    /// <summary>Why training ended early, or <see langword="null"/> when its budget was spent.</summary>
    public TrainingStop? Stopped { get; init; }

    /// <summary>Seconds of training; decoding media and caching features do not count.</summary>
    public double TrainSeconds => Stages.Sum(s => s.Seconds);

    /// <summary>Clips per second over all stages.</summary>
    public double ItemsPerSecond => Stages.Sum(s => s.Seconds * s.ItemsPerSecond) / Math.Max(1e-9, TrainSeconds);
}
