using System.Text.Json;
using Microsoft.ML.Avsr.Checkpoints;

namespace Microsoft.ML.Avsr.Accuracy;

/// <summary>Writes what was run as JSON, Markdown and HTML.</summary>
internal static class ResultsWriter
{
    /// <summary>Writes the three files, each as a whole or not at all.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="name">Their name.</param>
    /// <param name="runs">The runs.</param>
    /// <returns>The files.</returns>
    public static IReadOnlyList<string> Write(string folder, string name, IReadOnlyList<RunResult> runs)
    {
        var rows = SummaryRow.Of(runs);
        var summary = rows.Select(r => new
        {
            r.Encoders,
            r.Budget,
            Projector = r.Projector.Name,
            Seeds = r.Runs.Select(run => run.Seed),
            Cells = r.Runs[0].Cells.Select(c => new { c.Modality, c.Noise, c.Snr, Rate = r.Rate(c.Modality, c.Noise, c.Snr) }),
        });
        var files = new (string Extension, string Text)[]
        {
            // A line for each row and run: differences between versions can be read.
            (".json", $"{{\"Name\":{JsonSerializer.Serialize(name)},\n\"Summary\":[\n{Lines(summary)}\n],\n\"Runs\":[\n{Lines(rows.SelectMany(r => r.Runs))}\n]}}\n"),
            (".md", MarkdownTables.Render(name, rows)),
            (".html", ResultsPage.Render(name, rows)),
        };
        Directory.CreateDirectory(folder);
        foreach (var (extension, text) in files)
            AtomicFile.WriteText(Path.Combine(folder, name + extension), text);
        return [.. files.Select(f => Path.Combine(folder, name + f.Extension))];
    }

    private static string Lines<T>(IEnumerable<T> values) => string.Join(",\n", values.Select(v => JsonSerializer.Serialize(v, RunStore.Json)));
}
