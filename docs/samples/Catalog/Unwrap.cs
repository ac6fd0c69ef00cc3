using Microsoft.ML;
using Microsoft.ML.Avsr;
using Samples.Data;

namespace Samples.Catalog;

/// <summary>Finds the recogniser in a chain that ML.NET loaded.</summary>
public static class Unwrap
{
    public static void Example()
    {
        using var clips = new SampleClips(4);
        var mlContext = new MLContext(seed: 1);
        var data = mlContext.Data.LoadFromEnumerable(clips.Rows);
        var file = clips.PathOf("chain.zip");
        var chain = mlContext.Transforms.CopyColumns("File", "Path").Append(mlContext.Transforms.Avsr(SampleClips.Brief()));
        using (var model = chain.Fit(data))
            mlContext.Model.Save(model, data.Schema, file);

        var loaded = mlContext.Model.Load(file, out _);
        Console.WriteLine(loaded is AvsrTransformer ? "typed" : "a chain of ML.NET's own transformers");
        using var recognizer = mlContext.Avsr().Unwrap(loaded);
        Console.WriteLine($"{nameof(AvsrTransformer)} over {recognizer.MediaColumnName}");
    }
}

// Expected output:
// a chain of ML.NET's own transformers
// AvsrTransformer over Path
