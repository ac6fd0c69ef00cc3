namespace QuickStart.Reporting;

/// <summary>The report's three pictures.</summary>
internal static class Charts
{
    private const int MaximumCurvePoints = 400;

    /// <summary>Word error rate against noise, one line per modality.</summary>
    public static string WordErrorRate(QuickStartResult result)
    {
        const double Width = 968, Height = 370, Left = 46, Right = 100, Top = 14, Bottom = 46;
        var conditions = QuickStartResult.Conditions;
        var values = result.Wer.Values.SelectMany(w => w.Values).Where(double.IsFinite).DefaultIfEmpty(1);
        var ticks = SvgDrawing.Ticks(0, Math.Max(5, values.Max()));
        double X(int i) => Left + (Width - Left - Right) * (i + 0.5) / conditions.Count;
        double Y(double percent) => Height - Bottom - (Height - Top - Bottom) * percent / ticks[^1];

        var svg = new SvgDrawing(Width, Height, "Word error rate against signal-to-noise ratio for audio, video and both");
        foreach (var tick in ticks)
        {
            svg.Line(Left, Y(tick), Width - Right, Y(tick), tick == 0 ? "axis" : "grid");
            svg.Text(Left - 8, Y(tick) + 4, Format.Number(tick) + (tick == ticks[^1] ? " %" : ""), "tick", "end");
        }
        for (var i = 0; i < conditions.Count; i++)
            svg.Text(X(i), Height - Bottom + 20, ConsoleTable.ConditionName(conditions[i]), "tick", "middle");
        svg.Text(Left + (Width - Left - Right) / 2, Height - 6, "babble noise: signal-to-noise ratio", "label", "middle");

        var labels = new List<(double Y, string Modality, double Percent)>();
        foreach (var modality in QuickStartResult.Modalities.Where(result.Wer.ContainsKey))
        {
            var points = conditions.Select((c, i) => (Condition: c, X: X(i), Percent: result.Wer[modality].GetValueOrDefault(c, double.NaN)))
                .Where(p => double.IsFinite(p.Percent)).ToList();
            if (points.Count == 0)
                continue;
            svg.Path(points.Select(p => (p.X, Y(p.Percent))), $"line {modality}");
            foreach (var (condition, x, percent) in points)
                svg.Dot(x, Y(percent), 4.5, $"dot {modality}", $"{modality}, {ConsoleTable.ConditionName(condition)}: {Format.Percent(percent)} %");
            labels.Add((Y(points[^1].Percent), modality, points[^1].Percent));
        }
        foreach (var (y, modality, percent) in Spread(labels, 18))
            svg.Text(X(conditions.Count - 1) + 16, y + 4, $"{modality} {Format.Percent(percent)} %", $"series {modality}");
        return svg.ToString();
    }

    /// <summary>The training loss of one stage: every step faint, a running median on top.</summary>
    public static string Loss(string stage, IReadOnlyList<LossPoint> points)
    {
        const double Width = 468, Height = 230, Left = 46, Right = 14, Top = 12, Bottom = 40;
        var raw = Thin([.. points.Where(p => double.IsFinite(p.Loss)).Select(p => ((double)p.Step, p.Loss))]);
        var svg = new SvgDrawing(Width, Height, $"Training loss of the stage {stage}");
        if (raw.Count == 0)
            return svg.Text(Width / 2, Height / 2, "no finite loss", "label", "middle").ToString();
        var smooth = Smooth(raw);
        // The first steps may be far above the rest; they must not flatten the curve.
        var ordered = raw.Select(p => p.Item2).Order().ToArray();
        var high = Math.Max(smooth.Max(p => p.Loss), ordered[(int)((ordered.Length - 1) * 0.98)]);
        var low = Math.Min(0, ordered[0]);
        var ticks = SvgDrawing.Ticks(low, high, 4);
        var steps = SvgDrawing.Ticks(0, raw[^1].Item1, 5).Where(t => t <= raw[^1].Item1 * 1.001).ToArray();
        double X(double step) => Left + (Width - Left - Right) * step / raw[^1].Item1;
        double Y(double loss) => Height - Bottom - (Height - Top - Bottom) * (Math.Min(loss, ticks[^1]) - ticks[0]) / (ticks[^1] - ticks[0]);

        foreach (var tick in ticks)
        {
            svg.Line(Left, Y(tick), Width - Right, Y(tick), tick == ticks[0] ? "axis" : "grid");
            svg.Text(Left - 8, Y(tick) + 4, Format.Number(tick, 3), "tick", "end");
        }
        foreach (var step in steps)
            svg.Text(X(step), Height - Bottom + 18, Format.Number(step, 0), "tick", "middle");
        svg.Text(Left + (Width - Left - Right) / 2, Height - 5, "step", "label", "middle");
        svg.Path(raw.Select(p => (X(p.Item1), Y(p.Item2))), "curve faint");
        svg.Path(smooth.Select(p => (X(p.Step), Y(p.Loss))), "curve");
        return svg.ToString();
    }

    /// <summary>Share of the tokens per expert for one modality and choice; the dashed line is an even spread.</summary>
    /// <param name="router">What to draw.</param>
    /// <param name="most">The largest share of all panels, so that they share an axis.</param>
    public static string Experts(ExpertShares router, double most)
    {
        const double Height = 170, Left = 40, Right = 10, Top = 12, Bottom = 40;
        var count = Math.Max(1, router.Shares.Count);
        var width = Math.Max(190, Left + Right + count * 38);
        var ticks = SvgDrawing.Ticks(0, Math.Max(most, 1.2 / count) * 100, 3);
        double Y(double share) => Height - Bottom - (Height - Top - Bottom) * share * 100 / ticks[^1];
        var slot = (width - Left - Right) / count;

        var svg = new SvgDrawing(width, Height, $"Share of {router.Modality} tokens per expert, choice {router.Choice}");
        foreach (var tick in ticks)
        {
            svg.Line(Left, Y(tick / 100), width - Right, Y(tick / 100), tick == 0 ? "axis" : "grid");
            svg.Text(Left - 6, Y(tick / 100) + 4, Format.Number(tick) + (tick == ticks[^1] ? " %" : ""), "tick", "end");
        }
        for (var i = 0; i < router.Shares.Count; i++)
        {
            var share = double.IsFinite(router.Shares[i]) ? router.Shares[i] : 0;
            svg.Bar(Left + slot * i + slot * 0.18, Y(share), slot * 0.64, Y(0) - Y(share), $"bar {ColourOf(router.Modality)}",
                $"expert {i + 1}: {Format.Percent(share * 100)} %");
            svg.Text(Left + slot * (i + 0.5), Height - Bottom + 16, (i + 1).ToString(System.Globalization.CultureInfo.InvariantCulture), "tick", "middle");
        }
        svg.Line(Left, Y(1.0 / count), width - Right, Y(1.0 / count), "even");
        return svg.Text(Left + (width - Left - Right) / 2, Height - 5, "expert", "label", "middle").ToString();
    }

    /// <summary>The colour class of a modality's name; names that are not plain modalities share a neutral one.</summary>
    public static string ColourOf(string modality) => modality.ToLowerInvariant() switch
    {
        "audio" => "audio",
        "video" => "video",
        "audiovisual" or "both" or "joint" => "audiovisual",
        _ => "neutral",
    };

    /// <summary>Moves labels apart until none covers another, keeping their order.</summary>
    private static List<(double Y, string Modality, double Percent)> Spread(List<(double Y, string Modality, double Percent)> labels, double gap)
    {
        var sorted = labels.OrderBy(l => l.Y).ToList();
        for (var pass = 0; pass < 20; pass++)
        {
            for (var i = 1; i < sorted.Count; i++)
            {
                var overlap = gap - (sorted[i].Y - sorted[i - 1].Y);
                if (overlap <= 0)
                    continue;
                sorted[i - 1] = sorted[i - 1] with { Y = sorted[i - 1].Y - overlap / 2 };
                sorted[i] = sorted[i] with { Y = sorted[i].Y + overlap / 2 };
            }
        }
        return sorted;
    }

    private static List<(double, double)> Thin(List<(double, double)> points)
    {
        if (points.Count <= MaximumCurvePoints)
            return points;
        return [.. Enumerable.Range(0, MaximumCurvePoints).Select(i =>
        {
            var bucket = points[(i * points.Count / MaximumCurvePoints)..((i + 1) * points.Count / MaximumCurvePoints)];
            return (bucket[^1].Item1, bucket.Average(p => p.Item2));
        })];
    }

    private static List<(double Step, double Loss)> Smooth(List<(double, double)> points)
    {
        var reach = Math.Max(1, points.Count / 25);
        return [.. points.Select((p, i) =>
        {
            var first = Math.Max(0, i - reach);
            var last = Math.Min(points.Count - 1, i + reach);
            var near = points[first..(last + 1)].Select(q => q.Item2).Order().ToArray();
            return (p.Item1, near[near.Length / 2]);   // a median: one odd batch does not bend the curve
        })];
    }
}
