using Microsoft.ML;
using Microsoft.ML.Data;
using Samples.Data;

namespace Samples.Catalog;

/// <summary>Fits and measures fold by fold; every row is measured once.</summary>
public static class CrossValidate
{
    public static void Example()
    {
        using var clips = new SampleClips(8);
        var mlContext = new MLContext(seed: 1);
        var data = mlContext.Data.LoadFromEnumerable(clips.Rows);

        var results = mlContext.Avsr().CrossValidate(data, mlContext.Transforms.Avsr(SampleClips.Brief()), numberOfFolds: 2);
        foreach (var result in results)
            Console.WriteLine($"fold {result.Fold}: {(double.IsFinite(result.Metrics.WordErrorRate) ? "measured" : "empty")}");
        Console.WriteLine($"{results.Sum(result => result.Metrics.Sentences)} sentences");
        foreach (var result in results)
            (result.Model as IDisposable)?.Dispose();
    }
}

// Expected output:
// fold 0: measured
// fold 1: measured
// 8 sentences
