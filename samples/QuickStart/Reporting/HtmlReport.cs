using System.Net;
using System.Text;

namespace QuickStart.Reporting;

/// <summary>Writes the results as one HTML page that needs nothing else: no scripts, no fonts, no files.</summary>
public static class HtmlReport
{
    /// <summary>Writes a file through a temporary one.</summary>
    /// <param name="path">Where it goes; missing folders are made.</param>
    /// <param name="result">What it shows.</param>
    public static void Write(string path, QuickStartResult result)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        File.WriteAllText(path + ".tmp", Render(result));
        File.Move(path + ".tmp", path, overwrite: true);
    }

    /// <summary>The page's text.</summary>
    public static string Render(QuickStartResult result)
    {
        var page = new StringBuilder();
        page.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
            .Append("<title>Audio-visual speech recognition: results</title>\n<style>\n").Append(ReportStyle.Css).Append("\n</style>\n</head>\n<body>\n<main>\n");
        page.Append("<h1>Audio-visual speech recognition</h1>\n<p>One model reads lips, listens, or does both. ")
            .Append(E(Summary(result))).Append("</p>\n");
        AppendTiles(page, result);
        AppendWer(page, result);
        AppendSamples(page, result);
        AppendLosses(page, result);
        AppendExperts(page, result);
        AppendProblems(page, result);
        AppendPairs(page, result);
        return page.Append("</main>\n</body>\n</html>\n").ToString();
    }

    /// <summary>One sentence that says what the numbers mean.</summary>
    private static string Summary(QuickStartResult result)
    {
        if (Wer(result, "audio", "-5") is not { } audio || Wer(result, "audiovisual", "-5") is not { } both)
            return "";
        return both < audio
            ? $"In loud babble ({ConsoleTable.ConditionName("-5")}) seeing the mouth lowers the word error rate from {Format.Percent(audio)} % to {Format.Percent(both)} %."
            : $"In loud babble ({ConsoleTable.ConditionName("-5")}) the word error rate is {Format.Percent(audio)} % from audio and {Format.Percent(both)} % from audio and video.";
    }

    private static void AppendTiles(StringBuilder page, QuickStartResult result)
    {
        page.Append("<div class=\"tiles\">");
        if (Wer(result, "audiovisual", "clean") is { } clean)
            Tile(page, Format.Percent(clean) + " %", "WER, both, clean");
        if (Wer(result, "audiovisual", "-5") is { } noisy)
            Tile(page, Format.Percent(noisy) + " %", "WER, both, \u22125 dB");
        if (Wer(result, "video", "clean") is { } video)
            Tile(page, Format.Percent(video) + " %", "WER, lips only");
        Tile(page, Format.Count(result.Parameters), result.TrainedParameters is { } trained
            ? $"parameters, {Format.Count(trained)} trained" : "parameters");
        if (result.TrainSeconds > 0)
            Tile(page, Format.Duration(TimeSpan.FromSeconds(result.TrainSeconds)), $"training, {Format.Number(result.ItemsPerSecond, 1)} clips/s");
        Tile(page, Format.Number(result.PeakMemoryMb / 1024, 2) + " GiB", "largest memory");
        page.Append("</div>\n");
    }

    private static void Tile(StringBuilder page, string value, string name) =>
        page.Append("<div class=\"tile\"><b>").Append(E(value)).Append("</b><span>").Append(E(name)).Append("</span></div>");

    private static void AppendWer(StringBuilder page, QuickStartResult result)
    {
        var scored = result.ScoredClips > 0 ? $" {result.ScoredClips} clips with {result.ScoredWords} words are scored in every cell." : "";
        page.Append("<section><h2>Word error rate in noise</h2>\n<p>Substituted, missing and extra words in percent of the words said; lower is better.")
            .Append(E(scored)).Append("</p>\n<figure>").Append(Charts.WordErrorRate(result)).Append("</figure>\n")
            .Append("<div class=\"scroll\"><table class=\"numbers\"><tr><th>WER, %</th>");
        foreach (var condition in QuickStartResult.Conditions)
            page.Append("<th>").Append(E(ConsoleTable.ConditionName(condition))).Append("</th>");
        page.Append("</tr>\n");
        foreach (var modality in QuickStartResult.Modalities.Where(result.Wer.ContainsKey))
        {
            page.Append("<tr><td><span class=\"key ").Append(modality).Append("\">").Append(modality).Append("</span></td>");
            foreach (var condition in QuickStartResult.Conditions)
            {
                var value = Wer(result, modality, condition);
                var best = value is not null && result.Wer.Values.All(w => !w.TryGetValue(condition, out var other) || other >= value);
                page.Append(best ? "<td class=\"best\">" : "<td>").Append(value is { } percent ? Format.Percent(percent) : "").Append("</td>");
            }
            page.Append("</tr>\n");
        }
        page.Append("</table></div></section>\n");
    }

    private static void AppendSamples(StringBuilder page, QuickStartResult result)
    {
        if (result.Samples.Count == 0)
            return;
        page.Append("<section><h2>Transcripts</h2>\n<div class=\"scroll\"><table><tr><th>Said</th><th>Heard</th><th>Lip-read</th><th>Both</th><th></th></tr>\n");
        foreach (var sample in result.Samples)
        {
            page.Append("<tr><td class=\"said\">").Append(E(sample.Reference)).Append("</td>");
            foreach (var text in (string?[])[sample.Audio, sample.Video, sample.AudioVisual])
                page.Append("<td>").Append(text is null ? "" : Diff(sample.Reference, text)).Append("</td>");
            page.Append("<td class=\"where\">").Append(E(sample.Clip)).Append("<br>").Append(E(ConsoleTable.ConditionName(sample.Condition))).Append("</td></tr>\n");
        }
        page.Append("</table></div>\n<p class=\"legend\"><span class=\"sub\">wrong word</span> <span class=\"ins\">extra word</span> <span class=\"del\">missing word</span></p></section>\n");
    }

    private static string Diff(string reference, string recognised)
    {
        var words = TranscriptDiff.Compare(reference, recognised).Select(w => w.Kind switch
        {
            DiffKind.Substituted => $"<span class=\"sub\" title=\"instead of {E(w.Reference!)}\">{E(w.Recognised!)}</span>",
            DiffKind.Inserted => $"<ins class=\"ins\">{E(w.Recognised!)}</ins>",
            DiffKind.Deleted => $"<del class=\"del\">{E(w.Reference!)}</del>",
            _ => E(w.Recognised!),
        });
        return string.Join(' ', words);
    }

    private static void AppendLosses(StringBuilder page, QuickStartResult result)
    {
        if (result.Losses.Count == 0)
            return;
        page.Append("<section><h2>Training</h2>\n<p>Loss per step, and its running median.</p>\n<div class=\"panels\">");
        foreach (var stage in result.Losses.GroupBy(p => p.Stage))
            page.Append("<figure><h3>").Append(E(stage.Key)).Append("</h3>").Append(Charts.Loss(stage.Key, [.. stage])).Append("</figure>\n");
        page.Append("</div></section>\n");
    }

    private static void AppendExperts(StringBuilder page, QuickStartResult result)
    {
        if (result.Experts.Count == 0)
            return;
        page.Append("<section><h2>Experts</h2>\n<p>Share of the tokens that went to each expert of the projector, by modality and by rank of the choice. The dashed line is an even spread.</p>\n<div class=\"panels\">");
        var most = result.Experts.SelectMany(r => r.Shares).Where(double.IsFinite).DefaultIfEmpty(1).Max();
        foreach (var router in result.Experts)
        {
            page.Append("<figure><h3><span class=\"key ").Append(Charts.ColourOf(router.Modality)).Append("\">").Append(E(router.Modality))
                .Append(", ").Append(Ordinal(router.Choice)).Append(" choice</span></h3>").Append(Charts.Experts(router, most)).Append("</figure>\n");
        }
        page.Append("</div></section>\n");
    }

    private static void AppendProblems(StringBuilder page, QuickStartResult result)
    {
        if (result.Problems.Count == 0)
            return;
        page.Append("<section><h2>Clips with problems</h2>\n<p>These rows could not be used in full. They were scored all the same; what could not be read counts as nothing recognised.</p>\n")
            .Append("<div class=\"scroll\"><table><tr><th>Clip</th><th>Status</th><th>Why</th></tr>\n");
        foreach (var problem in result.Problems)
            page.Append("<tr><td>").Append(E(problem.Row)).Append("</td><td>").Append(E(problem.Status)).Append("</td><td>").Append(E(problem.Problem)).Append("</td></tr>\n");
        page.Append("</table></div></section>\n");
    }

    private static void AppendPairs(StringBuilder page, QuickStartResult result)
    {
        page.Append("<section class=\"two\">");
        Pairs(page, "Settings", [.. result.Settings, new("routing", result.Routing), new("seed", Format.Number(result.Seed, 0))]);
        if (result.Environment.Count > 0)
            Pairs(page, "Machine", result.Environment);
        page.Append("</section>\n");
    }

    private static void Pairs(StringBuilder page, string heading, IReadOnlyList<KeyValuePair<string, string>> pairs)
    {
        page.Append("<div><h2>").Append(heading).Append("</h2><table class=\"pairs\">");
        foreach (var (name, value) in pairs)
            page.Append("<tr><td>").Append(E(name)).Append("</td><td>").Append(E(value)).Append("</td></tr>\n");
        page.Append("</table></div>\n");
    }

    private static double? Wer(QuickStartResult result, string modality, string condition) =>
        result.Wer.TryGetValue(modality, out var conditions) && conditions.TryGetValue(condition, out var percent) && double.IsFinite(percent) ? percent : null;

    private static string Ordinal(int number) => number switch { 1 => "1st", 2 => "2nd", 3 => "3rd", _ => number + "th" };

    private static string E(string text) => WebUtility.HtmlEncode(text);
}
