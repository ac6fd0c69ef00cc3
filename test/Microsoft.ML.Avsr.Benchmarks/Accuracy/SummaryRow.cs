using Microsoft.ML.Avsr.Features;
using Microsoft.ML.Avsr.Modeling;

namespace Microsoft.ML.Avsr.Accuracy;

/// <summary>The runs of one projector over encoders of one kind, with as long training: one per seed.</summary>
/// <param name="Encoders">The encoders.</param>
/// <param name="Budget">The length of training.</param>
/// <param name="Projector">The projector.</param>
/// <param name="Runs">The runs, by seed.</param>
internal sealed record SummaryRow(string Encoders, string Budget, ProjectorChoice Projector, IReadOnlyList<RunResult> Runs)
{
    private static readonly ProjectorChoice[] s_order = [.. ProjectorChoice.Routings, .. ProjectorChoice.ExpertNumbers, .. ProjectorChoice.Extensions];

    /// <summary>Groups runs: series by series, projectors in the order in which they run.</summary>
    public static IReadOnlyList<SummaryRow> Of(IEnumerable<RunResult> runs) =>
    [
        .. runs.GroupBy(r => (r.Encoders, r.Budget, r.Projector))
            .Select(g => new SummaryRow(g.Key.Encoders, g.Key.Budget, g.Key.Projector, [.. g.OrderBy(r => r.Seed)]))
            .OrderByDescending(r => r.Runs[0].AudioParameters).ThenByDescending(r => r.Runs[0].VisualParameters)
            .ThenBy(r => r.Budget, StringComparer.Ordinal).ThenBy(r => Array.IndexOf(s_order, r.Projector)),
    ];

    /// <summary>Encoders and length of training.</summary>
    public string Series => $"{Encoders}, {Budget}";

    /// <summary>The seeds, for example <c>1, 2</c>.</summary>
    public string Seeds => string.Join(", ", Runs.Select(r => r.Seed));

    /// <summary>Word error rate in percent over the seeds.</summary>
    public Spread? Rate(Modality modality, NoiseType? noise = null, double? snr = null) => Spread.Of(Runs.Select(r => r.Rate(modality, noise, snr)));

    /// <summary>By how many points both streams are worse than the better one of them, at most over all conditions; below 0 where never. Means over seeds.</summary>
    public double WorstExcess => TestCondition.All.Max(condition =>
        Mean(Modality.AudioVisual, condition) - Math.Min(Mean(Modality.Audio, condition), Mean(Modality.Video, TestCondition.Clean)));

    /// <summary>The condition of <see cref="WorstExcess"/>.</summary>
    public TestCondition WorstCondition => TestCondition.All.MaxBy(condition =>
        Mean(Modality.AudioVisual, condition) - Math.Min(Mean(Modality.Audio, condition), Mean(Modality.Video, TestCondition.Clean)))!;

    private double Mean(Modality modality, TestCondition condition) => Rate(modality, condition.Noise, condition.Snr)?.Mean ?? double.NaN;
}
