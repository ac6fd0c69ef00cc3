using System.Text;

namespace QuickStart.Reporting;

/// <summary>A table of text with aligned columns: the first column to the left, the others to the right.</summary>
public sealed class ConsoleTable(params IReadOnlyList<string> headings)
{
    private readonly List<string[]> _rows = [];

    /// <summary>Adds a row; it must have as many cells as there are headings.</summary>
    public ConsoleTable Add(params IReadOnlyList<string> cells)
    {
        if (cells.Count != headings.Count)
            throw new ArgumentException($"The row has {cells.Count} cells, the table has {headings.Count} columns.", nameof(cells));
        _rows.Add([.. cells]);
        return this;
    }

    /// <summary>The table as lines of text, with a rule under the headings.</summary>
    public override string ToString()
    {
        var widths = headings.Select((h, i) => Math.Max(h.Length, _rows.Select(r => r[i].Length).DefaultIfEmpty(0).Max())).ToArray();
        var text = new StringBuilder();
        Append(text, headings, widths);
        text.Append("  ").AppendJoin("  ", widths.Select(w => new string('-', w))).Append('\n');
        foreach (var row in _rows)
            Append(text, row, widths);
        return text.ToString();
    }

    /// <summary>The word error rates as a table: one row per modality, one column per condition.</summary>
    public static ConsoleTable WordErrorRates(QuickStartResult result)
    {
        var table = new ConsoleTable(["WER, %", .. QuickStartResult.Conditions.Select(ConditionName)]);
        foreach (var modality in QuickStartResult.Modalities.Where(result.Wer.ContainsKey))
        {
            table.Add([modality, .. QuickStartResult.Conditions.Select(c =>
                result.Wer[modality].TryGetValue(c, out var percent) ? Format.Percent(percent) : "")]);
        }
        return table;
    }

    /// <summary><c>clean</c>, or the signal-to-noise ratio with its unit.</summary>
    public static string ConditionName(string condition) => condition == "clean" ? condition : condition.Replace('-', '\u2212') + " dB";

    private static void Append(StringBuilder text, IReadOnlyList<string> cells, int[] widths)
    {
        for (var i = 0; i < cells.Count; i++)
            text.Append("  ").Append(i == 0 ? cells[i].PadRight(widths[i]) : cells[i].PadLeft(widths[i]));
        while (text[^1] == ' ')
            text.Length--;
        text.Append('\n');
    }
}
