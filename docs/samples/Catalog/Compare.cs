using System.Globalization;
using Microsoft.ML;
using Samples.Data;

namespace Samples.Catalog;

/// <summary>Says whether chance explains that one recogniser is better than another.</summary>
public static class Compare
{
    public static void Example()
    {
        var mlContext = new MLContext();
        var data = mlContext.Data.LoadFromEnumerable(Enumerable.Range(0, 40).Select(i => new Sentence
        {
            Label = "set red now", Transcript = i % 2 == 0 ? "set red" : "set red now", Other = i % 20 == 0 ? "set red" : "set red now",
        }).ToList());

        var comparison = mlContext.Avsr().Compare(data, "Transcript", "Other");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"difference {comparison.Difference:0.000}"));
        Console.WriteLine(comparison.PValue < 0.01 ? "not chance" : "may be chance");
    }
}

// Expected output:
// difference -0.150
// not chance
