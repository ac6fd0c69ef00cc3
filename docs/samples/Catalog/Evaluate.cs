using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Avsr.Text;
using Samples.Data;

namespace Samples.Catalog;

/// <summary>Counts errors over the whole data, as the field does.</summary>
public static class Evaluate
{
    public static void Example()
    {
        var mlContext = new MLContext();
        var data = mlContext.Data.LoadFromEnumerable(new[]
        {
            new Sentence { Label = "place green in q four please", Transcript = "Place green in E four, please." },
            new Sentence { Label = "set red", Transcript = "set red now" },
        });

        var metrics = mlContext.Avsr().Evaluate(data, "Label", "Transcript", new BasicTranscriptNormalizer());
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"word error rate {metrics.WordErrorRate:0.000} of {metrics.Words} words"));
        Console.WriteLine($"{metrics.Substitutions} substituted, {metrics.Insertions} inserted, {metrics.Deletions} deleted");
        foreach (var confusion in metrics.Confusions)
            Console.WriteLine($"{confusion.Said ?? "-"} -> {confusion.Recognised ?? "-"}: {confusion.Count}");
    }
}

// Expected output:
// word error rate 0.250 of 8 words
// 1 substituted, 1 inserted, 0 deleted
// - -> now: 1
// q -> e: 1
