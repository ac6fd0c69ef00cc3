using Microsoft.ML;
using Microsoft.ML.Data;
using Samples.Data;

namespace Samples.Transforms;

/// <summary>Fits a recogniser to media files and looks at the columns that it adds.</summary>
public static class Avsr
{
    public static void Example()
    {
        using var clips = new SampleClips(6);
        var mlContext = new MLContext(seed: 1);
        var data = mlContext.Data.LoadFromEnumerable(clips.Rows);

        // The short form is mlContext.Transforms.Avsr("Transcript", "Path", "Label"); it trains for minutes. This one only shows the way.
        var options = SampleClips.Brief();
        options.OutputColumnName = "Transcript";
        options.MediaColumnName = "Path";
        options.LabelColumnName = "Label";
        using var model = mlContext.Transforms.Avsr(options).Fit(data);
        Console.WriteLine($"Learned from {model.TrainingReport!.Examples} clips, {model.TrainingReport.Skipped.Count} were skipped.");

        var transcribed = model.Transform(data);
        foreach (var column in transcribed.Schema.Where(column => column.Name.StartsWith("Transcript", StringComparison.Ordinal)).Take(4))
            Console.WriteLine($"{column.Name}: {column.Type}");
        Console.WriteLine(string.Join(", ", transcribed.GetColumn<string>("Transcript.Modality").Distinct()));
    }
}

// Expected output:
// Learned from 6 clips, 0 were skipped.
// Transcript: String
// Transcript.Confidence: Single
// Transcript.Status: String
// Transcript.Modality: String
// Audio
