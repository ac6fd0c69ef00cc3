using System.Text;

namespace QuickStart;

/// <summary>Reads a corpus: a CSV file with the columns path, split, speaker, transcript, in any order.</summary>
internal static class ClipTable
{
    private static readonly string[] s_required = ["path", "split", "transcript"];

    /// <summary>Reads the rows; relative paths start at the CSV file's folder.</summary>
    /// <exception cref="InvalidDataException">A column is missing or a row is malformed; the message names file and line.</exception>
    public static List<ClipRow> Read(string csv)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(csv))!;
        var lines = File.ReadAllLines(csv);
        if (lines.Length == 0)
            throw new InvalidDataException($"{csv} is empty; the first line must name the columns: path, split, speaker, transcript.");
        var names = Fields(lines[0], csv, 1).Select(n => n.Trim().ToLowerInvariant()).ToList();
        foreach (var column in s_required)
            if (!names.Contains(column))
                throw new InvalidDataException($"{csv} has no column '{column}' (it has: {string.Join(", ", names)}).");
        int path = names.IndexOf("path"), split = names.IndexOf("split"), speaker = names.IndexOf("speaker"), transcript = names.IndexOf("transcript");
        var rows = new List<ClipRow>();
        for (var i = 1; i < lines.Length; i++)
        {
            if (string.IsNullOrWhiteSpace(lines[i]))
                continue;
            var fields = Fields(lines[i], csv, i + 1);
            if (fields.Count != names.Count)
                throw new InvalidDataException($"{csv}, line {i + 1}: {fields.Count} fields, but {names.Count} columns. Quote fields that hold commas.");
            rows.Add(new ClipRow
            {
                Path = Path.Combine(folder, fields[path]),
                Split = fields[split],
                Speaker = speaker < 0 ? "" : fields[speaker],
                Transcript = fields[transcript],
            });
        }
        return rows;
    }

    private static List<string> Fields(string line, string csv, int number)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (quoted && c == '"' && i + 1 < line.Length && line[i + 1] == '"')
            {
                field.Append('"');
                i++;
            }
            else if (c == '"')
                quoted = !quoted;
            else if (c == ',' && !quoted)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else
                field.Append(c);
        }
        if (quoted)
            throw new InvalidDataException($"{csv}, line {number}: a quote is not closed.");
        fields.Add(field.ToString());
        return fields;
    }
}
