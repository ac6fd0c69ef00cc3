namespace QuickStart.Reporting;

/// <summary>Everything that one run of the quick start found out; the JSON file and the report are written from it.</summary>
public sealed record QuickStartResult
{
    /// <summary>The modalities in the order of tables and files.</summary>
    public static IReadOnlyList<string> Modalities { get; } = ["audio", "video", "audiovisual"];

    /// <summary>The conditions in the order of tables and files: no noise, then babble at a signal-to-noise ratio in dB.</summary>
    public static IReadOnlyList<string> Conditions { get; } = ["clean", "10", "5", "0", "-5"];

    /// <summary>Word error rate in percent, by modality and then condition.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> Wer { get; init; }

    /// <summary>Wall-clock seconds of training, decoding of media and caching of frozen features left out.</summary>
    public required double TrainSeconds { get; init; }

    /// <summary>Training clips per second, over all stages.</summary>
    public required double ItemsPerSecond { get; init; }

    /// <summary>The process's largest resident memory, in MiB.</summary>
    public required double PeakMemoryMb { get; init; }

    /// <summary>Number of parameters of the whole model, frozen ones included.</summary>
    public required long Parameters { get; init; }

    /// <summary>Number of parameters that were trained.</summary>
    public long? TrainedParameters { get; init; }

    /// <summary>The seed of the run.</summary>
    public required int Seed { get; init; }

    /// <summary>The projector's routing: dedr, jedr, jejr or dense.</summary>
    public required string Routing { get; init; }

    /// <summary>Number of clips scored per cell of <see cref="Wer"/>.</summary>
    public int ScoredClips { get; init; }

    /// <summary>Number of reference words scored per cell of <see cref="Wer"/>.</summary>
    public int ScoredWords { get; init; }

    /// <summary>The training loss, step by step; empty after <c>--evaluate</c>.</summary>
    public IReadOnlyList<LossPoint> Losses { get; init; } = [];

    /// <summary>How tokens were spread over the experts; empty for the dense projector.</summary>
    public IReadOnlyList<ExpertShares> Experts { get; init; } = [];

    /// <summary>A few clips with their transcripts.</summary>
    public IReadOnlyList<TranscriptSample> Samples { get; init; } = [];

    /// <summary>Rows whose media could not be used in full, and why.</summary>
    public IReadOnlyList<RowProblem> Problems { get; init; } = [];

    /// <summary>The settings of the run, in the order they are shown. No output paths: two equal runs must give equal files.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Settings { get; init; } = [];

    /// <summary>The machine and the versions, in the order they are shown.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; } = [];
}
