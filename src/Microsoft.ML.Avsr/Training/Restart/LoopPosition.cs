using Microsoft.ML.Avsr.Modeling;

namespace Microsoft.ML.Avsr.Training;

/// <summary>Where a stage's loop stands after a step. All randomness derives from the seed, the stage and the step, so this is all that a resumed loop needs.</summary>
internal sealed record LoopPosition
{
    /// <summary>The pass over the data, from 1.</summary>
    public int Epoch { get; set; } = 1;

    /// <summary>Batches of this epoch that are done.</summary>
    public int BatchesDone { get; set; }

    /// <summary>Optimiser steps done.</summary>
    public int Step { get; set; }

    /// <summary>Batches done in all; more than steps where gradients are accumulated.</summary>
    public int Batches { get; set; }

    /// <summary>Clips seen.</summary>
    public long Items { get; set; }

    /// <summary>Smoothed loss; null before the first.</summary>
    public double? Smoothed { get; set; }

    /// <summary>Seconds spent.</summary>
    public double Seconds { get; set; }

    /// <summary>Epochs planned.</summary>
    public int TotalEpochs { get; set; }

    /// <summary>How often a time budget was turned into epochs.</summary>
    public int Plans { get; set; }

    /// <summary>The stage's curve.</summary>
    public List<LossPoint> Curve { get; set; } = [];

    /// <summary>Epochs in the average of weights.</summary>
    public int AveragedEpochs { get; set; }

    /// <summary>Routing telemetry so far.</summary>
    public List<RoutingSnapshot> Routing { get; set; } = [];

    /// <summary>Routing since the last snapshot.</summary>
    public List<RoutingStatistics> RoutingWindow { get; set; } = [];
}
