using Microsoft.ML;
using Microsoft.ML.Data;
using Samples.Data;

namespace Samples.Catalog;

/// <summary>Adds each row's own errors, to look at the worst.</summary>
public static class ScoreRows
{
    public static void Example()
    {
        var mlContext = new MLContext();
        var data = mlContext.Data.LoadFromEnumerable(new[]
        {
            new Sentence { Label = "set red", Transcript = "set red" },
            new Sentence { Label = "bin blue", Transcript = "in blue now" },
        });

        var scored = mlContext.Avsr().ScoreRows(data);
        var substituted = scored.GetColumn<int>("Transcript.Substitutions");
        foreach (var (text, errors) in scored.GetColumn<string>("Transcript").Zip(substituted))
            Console.WriteLine($"{text}: {errors} substituted");
    }
}

// Expected output:
// set red: 0 substituted
// in blue now: 1 substituted
