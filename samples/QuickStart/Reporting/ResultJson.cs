using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace QuickStart.Reporting;

/// <summary>Writes results as JSON: always the same keys in the same order, numbers in the invariant culture.</summary>
public static class ResultJson
{
    private static readonly JsonWriterOptions s_options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a file through a temporary one, so that a reader never sees half of it.</summary>
    public static void Write(string path, QuickStartResult result)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(folder);
        var temporary = path + ".tmp";
        using (var stream = File.Create(temporary))
            Write(stream, result);
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>Writes the results to a stream.</summary>
    public static void Write(Stream stream, QuickStartResult result)
    {
        using (var json = new Utf8JsonWriter(stream, s_options))
        {
            json.WriteStartObject();
            WriteWer(json, result);
            Number(json, "train_seconds", result.TrainSeconds, 2);
            Number(json, "items_per_second", result.ItemsPerSecond, 2);
            Number(json, "peak_memory_mb", result.PeakMemoryMb, 0);
            json.WriteNumber("parameters", result.Parameters);
            if (result.TrainedParameters is { } trained)
                json.WriteNumber("trained_parameters", trained);
            json.WriteNumber("seed", result.Seed);
            json.WriteString("routing", result.Routing);
            json.WriteNumber("scored_clips", result.ScoredClips);
            json.WriteNumber("scored_words", result.ScoredWords);
            WriteLosses(json, result.Losses);
            WriteExperts(json, result.Experts);
            WriteSamples(json, result.Samples);
            WriteProblems(json, result.Problems);
            WritePairs(json, "settings", result.Settings);
            WritePairs(json, "environment", result.Environment);
            json.WriteEndObject();
        }
        stream.WriteByte((byte)'\n');
    }

    private static void WriteWer(Utf8JsonWriter json, QuickStartResult result)
    {
        json.WriteStartObject("wer");
        foreach (var modality in QuickStartResult.Modalities.Where(result.Wer.ContainsKey))
        {
            json.WriteStartObject(modality);
            foreach (var condition in QuickStartResult.Conditions)
            {
                if (result.Wer[modality].TryGetValue(condition, out var percent))
                    Number(json, condition, percent, 2);
            }
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private static void WriteLosses(Utf8JsonWriter json, IReadOnlyList<LossPoint> losses)
    {
        json.WriteStartArray("loss_curves");
        foreach (var stage in losses.GroupBy(p => p.Stage))
        {
            json.WriteStartObject();
            json.WriteString("stage", stage.Key);
            Row(json, "steps", stage.Select(p => (double)p.Step), 0);
            Row(json, "loss", stage.Select(p => p.Loss), 5);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteExperts(Utf8JsonWriter json, IReadOnlyList<ExpertShares> experts)
    {
        json.WriteStartArray("expert_shares");
        foreach (var router in experts)
        {
            json.WriteStartObject();
            json.WriteString("modality", router.Modality);
            json.WriteNumber("choice", router.Choice);
            Row(json, "shares", router.Shares, 4);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteSamples(Utf8JsonWriter json, IReadOnlyList<TranscriptSample> samples)
    {
        json.WriteStartArray("samples");
        foreach (var sample in samples)
        {
            json.WriteStartObject();
            json.WriteString("clip", sample.Clip);
            json.WriteString("condition", sample.Condition);
            json.WriteString("reference", sample.Reference);
            json.WriteString("audio", sample.Audio);
            json.WriteString("video", sample.Video);
            json.WriteString("audiovisual", sample.AudioVisual);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteProblems(Utf8JsonWriter json, IReadOnlyList<RowProblem> problems)
    {
        json.WriteStartArray("problems");
        foreach (var problem in problems)
        {
            json.WriteStartObject();
            json.WriteString("row", problem.Row);
            json.WriteString("status", problem.Status);
            json.WriteString("problem", problem.Problem);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WritePairs(Utf8JsonWriter json, string name, IReadOnlyList<KeyValuePair<string, string>> pairs)
    {
        json.WriteStartObject(name);
        foreach (var (key, value) in pairs)
            json.WriteString(key, value);
        json.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter json, string name, double value, int decimals)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(Text(value, decimals));
    }

    /// <summary>Numbers on one line: a training curve has thousands.</summary>
    private static void Row(Utf8JsonWriter json, string name, IEnumerable<double> values, int decimals)
    {
        json.WritePropertyName(name);
        json.WriteRawValue("[" + string.Join(", ", values.Select(v => Text(v, decimals))) + "]");
    }

    /// <summary>JSON has no infinity and no NaN; they become null.</summary>
    private static string Text(double value, int decimals) => double.IsFinite(value)
        ? Math.Round(value, decimals, MidpointRounding.AwayFromZero).ToString(CultureInfo.InvariantCulture)
        : "null";
}
