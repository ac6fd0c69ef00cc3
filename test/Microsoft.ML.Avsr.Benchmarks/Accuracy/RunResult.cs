using Microsoft.ML.Avsr.Features;
using Microsoft.ML.Avsr.Modeling;

namespace Microsoft.ML.Avsr.Accuracy;

/// <summary>One finished run, as it is stored.</summary>
internal sealed record RunResult
{
    /// <summary>Name of the audio encoder.</summary>
    public required string AudioEncoder { get; init; }

    /// <summary>Parameters of the audio encoder.</summary>
    public required long AudioParameters { get; init; }

    /// <summary>Size of the visual encoder.</summary>
    public required VisualSize VisualEncoder { get; init; }

    /// <summary>Parameters of the visual encoder.</summary>
    public required long VisualParameters { get; init; }

    /// <summary>The length of training that was asked for.</summary>
    public required string Budget { get; init; }

    /// <summary>Seed of training.</summary>
    public required int Seed { get; init; }

    /// <summary>The projector.</summary>
    public required ProjectorChoice Projector { get; init; }

    /// <summary>Parameters of the projector.</summary>
    public required long ProjectorParameters { get; init; }

    /// <summary>Parameters of the language model.</summary>
    public required long LanguageModelParameters { get; init; }

    /// <summary>What this run trained. Only a seed's first run trains encoders.</summary>
    public required IReadOnlyList<StageRecord> Stages { get; init; }

    /// <summary>Training and test clips.</summary>
    public required (int Training, int Test) Clips { get; init; }

    /// <summary>Errors in each condition.</summary>
    public required IReadOnlyList<ResultCell> Cells { get; init; }

    /// <summary>How tokens were spread over experts, over the clean training clips.</summary>
    public required IReadOnlyList<RoutingStatistics> Routing { get; init; }

    /// <summary>Threads of native computation.</summary>
    public required int Threads { get; init; }

    /// <summary>When it ended, in universal time.</summary>
    public required DateTime Finished { get; init; }

    /// <summary>The encoders' part of the configuration.</summary>
    public string Encoders => $"{AudioEncoder} + {VisualEncoder.ToString().ToLowerInvariant()}";

    /// <summary>Word error rate in percent, or null where it was not measured.</summary>
    public double? Rate(Modality modality, NoiseType? noise, double? snr) =>
        Cells.FirstOrDefault(c => c.Modality == modality && c.Snr == snr && (snr is null || c.Noise == noise))?.Percent;
}
