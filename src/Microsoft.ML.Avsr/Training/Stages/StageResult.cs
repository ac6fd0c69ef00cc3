namespace Microsoft.ML.Avsr.Training;

/// <summary>What a stage with optimiser steps gives.</summary>
/// <param name="Summary">What was done.</param>
/// <param name="Curve">The loss over its steps, thinned.</param>
/// <param name="Routing">How experts were used, window by window; empty without telemetry.</param>
internal sealed record StageResult(StageSummary Summary, IReadOnlyList<LossPoint> Curve, IReadOnlyList<RoutingSnapshot> Routing);
