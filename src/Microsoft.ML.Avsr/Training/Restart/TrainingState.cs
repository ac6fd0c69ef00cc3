using System.Text.Json;

namespace Microsoft.ML.Avsr.Training;

/// <summary>Everything of a run but its tensors, as a checkpoint stores it.</summary>
internal sealed record TrainingState
{
    /// <summary>Format of the state.</summary>
    public int Version { get; init; } = 1;

    /// <summary>The options, to refuse going on with others.</summary>
    public required JsonElement Options { get; init; }

    /// <summary>Hash of clips and transcripts.</summary>
    public required string Data { get; init; }

    /// <summary>Hash of what each path among the options held, by the option; <see langword="null"/> in older checkpoints.</summary>
    public IReadOnlyDictionary<string, string>? Files { get; init; }

    /// <summary>The stage that is under way or comes next, from 0.</summary>
    public required int Stage { get; init; }

    /// <summary>Optimiser steps of all stages.</summary>
    public required long GlobalStep { get; init; }

    /// <summary>Where the stage's loop stands; null at a stage's beginning.</summary>
    public LoopPosition? Loop { get; init; }

    /// <summary>Finished stages.</summary>
    public required IReadOnlyList<StageSummary> Stages { get; init; }

    /// <summary>The curve of finished stages.</summary>
    public required IReadOnlyList<LossPoint> Curve { get; init; }

    /// <summary>Routing telemetry of finished stages.</summary>
    public IReadOnlyList<RoutingSnapshot> Routing { get; init; } = [];

    /// <summary>Steps that each parameter's optimiser state has seen, in the optimiser's order; its two moments are among the tensors.</summary>
    public IReadOnlyList<long> OptimizerSteps { get; init; } = [];
}
