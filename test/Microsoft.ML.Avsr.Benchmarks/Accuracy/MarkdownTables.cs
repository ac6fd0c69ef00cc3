using System.Globalization;
using System.Text;
using Microsoft.ML.Avsr.Features;
using Microsoft.ML.Avsr.Modeling;
using QuickStart.Reporting;

namespace Microsoft.ML.Avsr.Accuracy;

/// <summary>The results as Markdown: a table per series and kind of noise, mean and spread over seeds.</summary>
internal static class MarkdownTables
{
    /// <summary>The page.</summary>
    /// <param name="name">Name of the results.</param>
    /// <param name="rows">What was run.</param>
    public static string Render(string name, IReadOnlyList<SummaryRow> rows)
    {
        var page = new StringBuilder().Append(CultureInfo.InvariantCulture, $"# Mini-benchmark: {name}\n\n")
            .Append("Made by `build/benchmark-accuracy.sh`; do not edit. Word error rates in percent of the test clips' words, mean ± standard deviation over the\n")
            .Append("seeds of training (no ± where there is one seed). The noise of the test is the same in all runs. The seed's other runs use the encoders of its\n")
            .Append("DEDR N=4 K=2 run: seeds vary the encoders, routings are compared over equal ones. So compare rows of equal seeds. Decoding has the library's defaults.\n");
        foreach (var series in rows.GroupBy(r => r.Series))
        {
            var first = series.First().Runs[0];
            page.Append(CultureInfo.InvariantCulture, $"\n## {series.Key}\n\n")
                .Append(CultureInfo.InvariantCulture, $"{first.Clips.Training} training clips, {first.Clips.Test} test clips, {first.Cells[0].Words} words. ")
                .Append(CultureInfo.InvariantCulture, $"Audio encoder {Format.Count(first.AudioParameters)} parameters, visual encoder {Format.Count(first.VisualParameters)}. ")
                .Append(CultureInfo.InvariantCulture, $"Threads: {string.Join(", ", series.SelectMany(r => r.Runs).Select(r => r.Threads).Distinct().Order())}.\n");
            foreach (var noise in TestCondition.Noises)
                AppendNoise(page, [.. series], noise);
            AppendRuns(page, [.. series]);
        }
        return page.ToString();
    }

    private static void AppendNoise(StringBuilder page, SummaryRow[] rows, NoiseType noise)
    {
        page.Append(CultureInfo.InvariantCulture, $"\n### {noise}\n\n| Projector | Seeds | Streams | clean |");
        foreach (var level in TestCondition.Levels)
            page.Append(CultureInfo.InvariantCulture, $" {level:0.##} dB |");
        page.Append("\n|---|---|---|").Append(string.Concat(Enumerable.Repeat("---:|", 1 + TestCondition.Levels.Count))).Append('\n');
        foreach (var row in rows)
        {
            foreach (var modality in new[] { Modality.Audio, Modality.Video, Modality.AudioVisual })
            {
                page.Append(CultureInfo.InvariantCulture, $"| {row.Projector.Name} | {row.Seeds} | {NameOf(modality)} | {row.Rate(modality)} |");
                foreach (var level in TestCondition.Levels)
                    page.Append(CultureInfo.InvariantCulture, $" {(modality == Modality.Video ? row.Rate(modality) : row.Rate(modality, noise, level))} |");
                page.Append('\n');
            }
        }
    }

    private static void AppendRuns(StringBuilder page, SummaryRow[] rows)
    {
        page.Append("\n### Runs\n\nExcess: by how many points both streams together are worse than the better one of them, at most over all conditions (means over seeds).\n\n")
            .Append("| Projector | Seeds | Projector parameters | Epochs | Steps | Training, s | Loss | Excess | in |\n|---|---|---:|---:|---:|---:|---:|---:|---|\n");
        foreach (var row in rows)
        {
            var last = row.Runs.Select(r => r.Stages[^1]).ToArray();
            page.Append(CultureInfo.InvariantCulture, $"| {row.Projector.Name} | {row.Seeds} | {Format.Count(row.Runs[0].ProjectorParameters)} | {Same(last.Select(s => s.Epochs))} | {Same(last.Select(s => s.Steps))} ")
                .Append(CultureInfo.InvariantCulture, $"| {last.Average(s => s.Seconds):0} | {Spread.Of(last.Select(s => s.FinalLoss))?.Mean:0.000} | {row.WorstExcess:0.0} | {row.WorstCondition.Name} |\n");
        }
        page.Append("\nEncoders, once per seed:\n\n| Seed | Stage | Epochs | Training, s |\n|---|---|---:|---:|\n");
        foreach (var run in rows.Where(r => r.Projector == ProjectorChoice.First).SelectMany(r => r.Runs))
        {
            foreach (var stage in run.Stages.SkipLast(1))
                page.Append(CultureInfo.InvariantCulture, $"| {run.Seed} | {stage.Stage} | {stage.Epochs} | {stage.Seconds:0} |\n");
        }
    }

    /// <summary>The streams in words.</summary>
    public static string NameOf(Modality modality) => modality.ToString().ToLowerInvariant();

    private static string Same(IEnumerable<int> values) => string.Join(", ", values.Distinct().Order());
}
