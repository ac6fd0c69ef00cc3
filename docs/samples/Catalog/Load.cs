using Microsoft.ML;
using Microsoft.ML.Data;
using Samples.Data;

namespace Samples.Catalog;

/// <summary>Saves a recogniser with ML.NET's own method, and loads it as the transformer that it was.</summary>
public static class Load
{
    public static void Example()
    {
        using var clips = new SampleClips(4);
        var mlContext = new MLContext(seed: 1);
        var data = mlContext.Data.LoadFromEnumerable(clips.Rows);
        var file = clips.PathOf("model.zip");
        string[] before;
        using (var model = SampleClips.BriefModel(mlContext, data))
        {
            before = [.. model.Transform(data).GetColumn<string>("Transcript")];
            mlContext.Model.Save(model, data.Schema, file);
        }

        using var loaded = new MLContext().Avsr().Load(file);
        var after = loaded.Transform(data).GetColumn<string>("Transcript");
        Console.WriteLine($"{loaded.OutputColumnName}: {(before.SequenceEqual(after) ? "the same" : "different")} transcripts");
    }
}

// Expected output:
// Transcript: the same transcripts
