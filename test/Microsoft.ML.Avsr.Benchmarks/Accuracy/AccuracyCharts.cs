using Microsoft.ML.Avsr.Features;
using Microsoft.ML.Avsr.Modeling;
using QuickStart.Reporting;

namespace Microsoft.ML.Avsr.Accuracy;

/// <summary>The pictures of the results page.</summary>
internal static class AccuracyCharts
{
    private const double Height = 300, Left = 56, Right = 16, Top = 14, Bottom = 62;

    private static readonly (string Name, string Style, Modality Modality, double? Snr)[] s_bars =
    [
        ("audio, clean", "audio", Modality.Audio, null), ("audio, babble 0 dB", "audio", Modality.Audio, 0), ("video", "video", Modality.Video, null),
        ("both, clean", "audiovisual", Modality.AudioVisual, null), ("both, babble 0 dB", "audiovisual", Modality.AudioVisual, 0),
    ];

    private static readonly (string Name, string Style, Modality Modality, double? Snr)[] s_lines =
    [
        ("audio, clean", "audio", Modality.Audio, null), ("video", "video", Modality.Video, null), ("both, clean", "audiovisual", Modality.AudioVisual, null),
        ("both, 0 dB", "audiovisual", Modality.AudioVisual, 0), ("both, -10 dB", "audiovisual", Modality.AudioVisual, -10),
    ];

    /// <summary>Error rates of DEDR with four experts over each pair of encoders: of several lengths of training that with the most seeds.</summary>
    /// <param name="rows">What was run.</param>
    public static string ByEncoder(IReadOnlyList<SummaryRow> rows)
    {
        SummaryRow[] shown = [.. rows.Where(r => r.Projector == ProjectorChoice.First).GroupBy(r => r.Encoders).Select(g => g.MaxBy(r => r.Runs.Count)!)];
        var width = Left + Right + 240 * Math.Max(1, shown.Length);
        var svg = new SvgDrawing(width, Height, "Word error rate by encoders");
        var y = Axis(svg, width, shown.SelectMany(r => s_bars.Select(b => High(r.Rate(b.Modality, NoiseType.Babble, b.Snr)))));
        for (var i = 0; i < shown.Length; i++)
        {
            const double slot = 38;
            var start = Left + 240 * i + 25;
            for (var b = 0; b < s_bars.Length; b++)
            {
                var (name, style, modality, snr) = s_bars[b];
                if (shown[i].Rate(modality, NoiseType.Babble, snr) is not { } rate)
                    continue;
                var x = start + slot * b;
                svg.Bar(x, y(rate.Mean), slot - 8, y(0) - y(rate.Mean), $"bar {style}", $"{name}: {rate} %");
                Whisker(svg, x + (slot - 8) / 2, rate, y);
                svg.Text(x + (slot - 8) / 2, Height - Bottom + 14, snr is null ? modality == Modality.Video ? "" : "clean" : "0 dB", "tick", "middle");
            }
            var run = shown[i].Runs[0];
            svg.Text(start + 95, Height - Bottom + 34, shown[i].Encoders, "label", "middle");
            svg.Text(start + 95, Height - Bottom + 50, $"{Format.Count(run.AudioParameters)} + {Format.Count(run.VisualParameters)}", "tick", "middle");
        }
        return svg.ToString();
    }

    /// <summary>Error rates of DEDR against a number of its experts, over the seeds that all of its points have.</summary>
    /// <param name="rows">The rows of one series.</param>
    /// <param name="shown">Which of the DEDR rows.</param>
    /// <param name="number">The number.</param>
    /// <param name="label">What it counts.</param>
    public static string ByExperts(IReadOnlyList<SummaryRow> rows, Func<SummaryRow, bool> shown, Func<SummaryRow, int> number, string label)
    {
        const double width = 460;
        SummaryRow[] points = [.. rows.Where(r => r.Projector is { Routing: ProjectorRouting.Dedr, Extension: null } && shown(r)).OrderBy(number)];
        var common = points.Select(r => r.Runs.Select(run => run.Seed)).DefaultIfEmpty([]).Aggregate((a, b) => a.Intersect(b)).ToHashSet();
        points = Array.ConvertAll(points, r => r with { Runs = [.. r.Runs.Where(run => common.Contains(run.Seed))] });
        var svg = new SvgDrawing(width, Height, $"Word error rate by {label}");
        var y = Axis(svg, width, points.SelectMany(r => s_lines.Select(l => High(r.Rate(l.Modality, NoiseType.Babble, l.Snr)))));
        double X(int i) => Left + (width - Left - Right - 90) * (i + 0.5) / Math.Max(1, points.Length);
        for (var i = 0; i < points.Length; i++)
            svg.Text(X(i), Height - Bottom + 18, number(points[i]).ToString(System.Globalization.CultureInfo.InvariantCulture), "tick", "middle");
        svg.Text(Left + (width - Left - Right - 90) / 2, Height - Bottom + 40, label, "label", "middle");
        var labels = new List<(double Y, string Name, string Style)>();
        foreach (var (name, style, modality, snr) in s_lines)
        {
            var known = points.Select((r, i) => (X: X(i), Rate: r.Rate(modality, NoiseType.Babble, snr))).Where(p => p.Rate is not null).ToArray();
            if (known.Length == 0)
                continue;
            svg.Path(known.Select(p => (p.X, y(p.Rate!.Mean))), $"line {style}");
            foreach (var (x, rate) in known)
            {
                Whisker(svg, x, rate!, y);
                svg.Dot(x, y(rate!.Mean), 4, $"dot {style}", $"{name}: {rate} %");
            }
            labels.Add((y(known[^1].Rate!.Mean), name, style));
        }
        var at = double.NegativeInfinity;
        foreach (var (labelled, name, style) in labels.OrderBy(l => l.Y))
        {
            at = Math.Max(at + 15, labelled);
            svg.Text(X(points.Length - 1) + 14, at + 4, name, $"series {style}");
        }
        return svg.ToString();
    }

    private static Func<double, double> Axis(SvgDrawing svg, double width, IEnumerable<double> values)
    {
        var ticks = SvgDrawing.Ticks(0, Math.Max(5, values.Where(double.IsFinite).DefaultIfEmpty(5).Max()));
        double Y(double percent) => Height - Bottom - (Height - Top - Bottom) * percent / ticks[^1];
        foreach (var tick in ticks)
        {
            svg.Line(Left, Y(tick), width - Right, Y(tick), tick == 0 ? "axis" : "grid");
            svg.Text(Left - 8, Y(tick) + 4, Format.Number(tick) + (tick == ticks[^1] ? " %" : ""), "tick", "end");
        }
        return Y;
    }

    private static void Whisker(SvgDrawing svg, double x, Spread rate, Func<double, double> y)
    {
        if (rate.Deviation is { } deviation)
            svg.Line(x, y(rate.Mean + deviation), x, y(Math.Max(0, rate.Mean - deviation)), "axis");
    }

    private static double High(Spread? rate) => rate is null ? double.NaN : rate.Mean + (rate.Deviation ?? 0);
}
