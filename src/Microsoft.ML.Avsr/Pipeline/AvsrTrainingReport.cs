using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Training;

namespace Microsoft.ML.Avsr;

/// <summary>What a call of <see cref="AvsrEstimator.Fit"/> did.</summary>
public sealed record AvsrTrainingReport
{
    /// <summary>Clips that were learned from.</summary>
    public required int Examples { get; init; }

    /// <summary>Rows that were not, with the reason.</summary>
    public required IReadOnlyList<SkippedRow> Skipped { get; init; }

    /// <summary>What each stage of training did.</summary>
    public required IReadOnlyList<StageSummary> Stages { get; init; }

    /// <summary>The training curve.</summary>
    public required IReadOnlyList<LossPoint> Curve { get; init; }

    /// <summary>Share of tokens per expert over the training data; empty for a dense projector.</summary>
    public required IReadOnlyList<RoutingStatistics> Routing { get; init; }

    /// <summary>Parameters of the model, frozen ones included.</summary>
    public required long Parameters { get; init; }

    /// <summary>Parameters that training changed.</summary>
    public required long TrainedParameters { get; init; }

    /// <summary>Seconds of decoding media, which <see cref="TrainSeconds"/> does not include.</summary>
    public required double MediaSeconds { get; init; }

    /// <summary>Seconds of training.</summary>
    public required double TrainSeconds { get; init; }

    /// <summary>Clips per second over all stages of training.</summary>
    public required double ItemsPerSecond { get; init; }

    /// <summary>How experts were used during training, every <see cref="AvsrTrainerOptions.RoutingEverySteps"/> steps; empty where that is 0.</summary>
    public IReadOnlyList<RoutingSnapshot> RoutingHistory { get; init; } = [];

    /// <summary>The parts of the model: parameters, which of them training changed, types and memory.</summary>
    public IReadOnlyList<ModuleSummary> Modules { get; init; } = [];

    /// <summary>Why training ended early, or <see langword="null"/> when its budget was spent.</summary>
    public TrainingStop? Stopped { get; init; }
}
