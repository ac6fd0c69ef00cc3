using System.Text.Json.Serialization;

namespace Microsoft.ML.Avsr.Training;

/// <summary>
/// When training writes checkpoints and whether it goes on from one. A run that was killed and started again with the same clips and options
/// ends with the same bits as one that was never stopped (budgets in epochs; a budget in minutes is only planned alike).
/// </summary>
public sealed record CheckpointOptions
{
    /// <summary>The folder of this run's checkpoints; it is created. Two runs must not share one.</summary>
    public required string Directory { get; init; }

    /// <summary>Optimiser steps between checkpoints; 0 leaves it to <see cref="EveryMinutes"/>. 0 to 10,000,000.</summary>
    public int EverySteps { get; init; } = 500;

    /// <summary>Minutes between checkpoints, beside <see cref="EverySteps"/>; 0 for none. 0 to 100,000.</summary>
    public double EveryMinutes { get; init; }

    /// <summary>The newest checkpoints that are kept. 1 to 1000; the reference keeps 4, later 1.</summary>
    public int KeepLast { get; init; } = 2;

    /// <summary>Keeps the one with the lowest smoothed loss of the last stage reached, too.</summary>
    public bool KeepBest { get; init; } = true;

    /// <summary>Goes on from the newest whole checkpoint in the folder; <see langword="false"/> begins anew and replaces what is there.</summary>
    public bool Resume { get; init; } = true;

    /// <summary>Wraps the file that is written: tests let it run out of space.</summary>
    [JsonIgnore]
    internal Func<Stream, Stream>? Wrap { get; init; }

    internal void Validate()
    {
        OptionCheck.Require(!string.IsNullOrWhiteSpace(Directory), nameof(Directory), Directory, "name the folder of the checkpoints.");
        OptionCheck.Range(EverySteps, 0, 10_000_000, nameof(EverySteps));
        OptionCheck.Range(EveryMinutes, 0, 100_000, nameof(EveryMinutes));
        OptionCheck.Range(KeepLast, 1, 1000, nameof(KeepLast));
    }
}
