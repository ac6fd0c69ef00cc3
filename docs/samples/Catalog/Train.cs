using Microsoft.ML;
using Samples.Data;

namespace Samples.Catalog;

/// <summary>Makes and fits the estimator in one call.</summary>
public static class Train
{
    public static void Example()
    {
        using var clips = new SampleClips(4);
        clips.Rows.Add(new SampleClip { Path = "nowhere.wav", Label = "low" });
        var mlContext = new MLContext(seed: 1);

        using var model = mlContext.Avsr().Train(mlContext.Data.LoadFromEnumerable(clips.Rows), SampleClips.Brief());
        foreach (var stage in model.TrainingReport!.Stages)
            Console.WriteLine($"{stage.Stage}: {stage.Epochs} epochs");
        foreach (var row in model.TrainingReport.Skipped)
            Console.WriteLine($"skipped {row.Source}: {row.Status}");
    }
}

// Expected output:
// audio encoder (CTC): 1 epochs
// projector + language model: 1 epochs
// skipped nowhere.wav: Missing
