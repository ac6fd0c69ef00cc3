using Microsoft.ML;
using Microsoft.ML.Avsr;
using Microsoft.ML.Avsr.Features;
using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Data;
using Samples.Data;

namespace Samples.Transforms;

/// <summary>Encodes mouth regions with a frozen AV-HuBERT encoder.</summary>
public static class EncodeSpeechVideo
{
    public static void Example()
    {
        using var files = new SampleClips(0);
        // Yours is a published AV-HuBERT file.
        var checkpoint = files.PathOf("avhubert.pt");
        StandInEncoders.WriteAvHubert(checkpoint);
        var mlContext = new MLContext();
        var data = mlContext.Data.LoadFromEnumerable(new[] { new Film { Video = new VideoClip(new byte[12 * 40 * 40], 12, 40, 40, 25) }, new Film() });

        using var model = mlContext.Transforms.CropMouthRegion().Append(mlContext.Transforms.EncodeSpeechVideo(checkpoint, "VideoFeatures", "Mouth")).Fit(data);
        foreach (var features in model.Transform(data).GetColumn<FeatureSequence>("VideoFeatures"))
            Console.WriteLine(features is null ? "no frames" : $"{features.Time} steps of {features.Width} features");
    }

    private sealed class Film
    {
        [VideoClipType]
        public VideoClip? Video { get; set; }
    }
}

// Expected output:
// 12 steps of 64 features
// no frames
