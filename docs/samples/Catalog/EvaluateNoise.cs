using Microsoft.ML;
using Microsoft.ML.Avsr.Modeling;
using Samples.Data;

namespace Samples.Catalog;

/// <summary>Measures per level of babble, which is made of the other clips' voices.</summary>
public static class EvaluateNoise
{
    public static void Example()
    {
        using var clips = new SampleClips(4);
        var mlContext = new MLContext(seed: 1);
        var data = mlContext.Data.LoadFromEnumerable(clips.Rows);
        using var model = SampleClips.BriefModel(mlContext, data);

        foreach (var cell in mlContext.Avsr().EvaluateNoise(model, data, modalities: [Modality.Audio], signalToNoiseRatios: [null, 5, 0]))
            Console.WriteLine($"{cell.Modality} at {cell.Name}: {cell.Words.ReferenceLength} words");
    }
}

// Expected output:
// Audio at clean: 4 words
// Audio at 5: 4 words
// Audio at 0: 4 words
