using System.Net;
using System.Text;
using Microsoft.ML.Avsr.Features;
using Microsoft.ML.Avsr.Modeling;
using QuickStart.Reporting;

namespace Microsoft.ML.Avsr.Accuracy;

/// <summary>The results as one HTML page that needs nothing else: no scripts, no fonts, no files.</summary>
internal static class ResultsPage
{
    private static readonly (string Name, Modality Modality, NoiseType? Noise, double? Snr)[] s_columns =
    [
        ("video", Modality.Video, null, null), ("audio, clean", Modality.Audio, null, null), ("audio, 0 dB", Modality.Audio, NoiseType.Babble, 0),
        ("both, clean", Modality.AudioVisual, null, null), ("both, 5 dB", Modality.AudioVisual, NoiseType.Babble, 5),
        ("both, 0 dB", Modality.AudioVisual, NoiseType.Babble, 0), ("both, −5 dB", Modality.AudioVisual, NoiseType.Babble, -5),
        ("both, −10 dB", Modality.AudioVisual, NoiseType.Babble, -10),
    ];

    /// <summary>The page's text.</summary>
    /// <param name="name">Name of the results.</param>
    /// <param name="rows">What was run.</param>
    public static string Render(string name, IReadOnlyList<SummaryRow> rows)
    {
        var page = new StringBuilder("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
            .Append("<title>Mini-benchmark: ").Append(E(name)).Append("</title>\n<style>\n").Append(ReportStyle.Css).Append("\n</style>\n</head>\n<body>\n<main>\n")
            .Append("<h1>Mini-benchmark: ").Append(E(name)).Append("</h1>\n<p>Word error rate in percent, lower is better. Whiskers and ± are the standard deviation over seeds; without them there is one seed. ")
            .Append("Runs of one seed in one table use the same encoders; compare rows of equal seeds.</p>\n");
        AppendTable(page, rows);
        AppendFigure(page, "By encoder size", "DEDR with 4 experts, 2 active, over other encoders (the paper's figure 3 in small). The parameters of the encoders stand under their names.",
            [AccuracyCharts.ByEncoder(rows)]);
        var main = rows.GroupBy(r => r.Series).MaxBy(g => g.Count());
        if (main is not null)
        {
            AppendFigure(page, "By number of experts", $"DEDR over {main.Key} (the paper's figure 4 in small): left N experts with 2 active, right K active ones of 4. Babble; only seeds that every point has.",
                [AccuracyCharts.ByExperts([.. main], r => r.Projector.TopK == 2, r => r.Projector.Experts, "experts (N)"),
                    AccuracyCharts.ByExperts([.. main], r => r.Projector.Experts == 4, r => r.Projector.TopK, "active experts (K)")]);
            foreach (var row in main.Where(r => r.Runs[0].Routing.Count > 0 && r.Projector.Extension is null))
                AppendShares(page, row);
        }
        return page.Append("</main>\n</body>\n</html>\n").ToString();
    }

    private static void AppendTable(StringBuilder page, IReadOnlyList<SummaryRow> rows)
    {
        page.Append("<section><h2>Routings and numbers of experts</h2>\n<p>Noise is babble of the test clips' own voices. The Markdown file beside this page has every condition.</p>\n");
        foreach (var series in rows.GroupBy(r => r.Series))
        {
            page.Append("<h3>").Append(E(series.Key)).Append("</h3>\n<div class=\"scroll\"><table class=\"numbers\"><tr><th>projector</th><th>seeds</th>");
            foreach (var column in s_columns)
                page.Append("<th>").Append(E(column.Name)).Append("</th>");
            page.Append("</tr>\n");
            foreach (var row in series)
            {
                page.Append("<tr><td>").Append(Unbroken(row.Projector.Name)).Append("</td><td>").Append(Unbroken(row.Seeds)).Append("</td>");
                foreach (var (_, modality, noise, snr) in s_columns)
                    page.Append("<td>").Append(Unbroken(row.Rate(modality, noise, snr)?.ToString() ?? "")).Append("</td>");
                page.Append("</tr>\n");
            }
            page.Append("</table></div>\n");
        }
        page.Append("</section>\n");
    }

    private static void AppendFigure(StringBuilder page, string title, string text, string[] drawings)
    {
        page.Append("<section><h2>").Append(E(title)).Append("</h2>\n<p>").Append(E(text)).Append("</p>\n<div class=\"panels\">");
        foreach (var drawing in drawings)
            page.Append("<figure>").Append(drawing).Append("</figure>");
        page.Append("</div>\n<p class=\"legend\"><span class=\"key audio\">audio</span> &nbsp; <span class=\"key video\">video</span> &nbsp; <span class=\"key audiovisual\">both</span></p></section>\n");
    }

    private static void AppendShares(StringBuilder page, SummaryRow row)
    {
        var run = row.Runs[0];
        page.Append("<section><h2>Share of tokens per expert: ").Append(E(row.Projector.Name)).Append("</h2>\n<p>Seed ").Append(run.Seed)
            .Append(", clean training clips (the paper's figure 5 in small). The dashed line is an even spread. Entropy: ")
            .Append(E(string.Join(", ", run.Routing.Select(r => $"{r.Modality} {Format.Number(r.Entropy)} of {Format.Number(Math.Log(r.Shares[0].Count))} nats")))).Append(".</p>\n<div class=\"panels\">");
        var most = run.Routing.SelectMany(r => r.Shares).SelectMany(s => s).Max();
        foreach (var router in run.Routing)
        {
            foreach (var (share, choice) in router.Shares.Select((s, i) => (s, i + 1)))
            {
                page.Append("<figure><h3>").Append(E($"{router.Modality}, choice {choice}")).Append("</h3>")
                    .Append(Charts.Experts(new ExpertShares(router.Modality, choice, share), most)).Append("</figure>");
            }
        }
        page.Append("</div></section>\n");
    }

    private static string Unbroken(string text) => E(text).Replace(" ", "&nbsp;", StringComparison.Ordinal);

    private static string E(string text) => WebUtility.HtmlEncode(text);
}
