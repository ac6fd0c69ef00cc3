using Microsoft.ML;
using Microsoft.ML.Avsr;
using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Data;

namespace Samples.Transforms;

/// <summary>Cuts the mouth region out of frames, where its box is known.</summary>
public static class CropMouthRegion
{
    public static void Example()
    {
        var mlContext = new MLContext();
        // Ten grey frames of 288 x 360 pixels, 25 per second.
        var film = new VideoClip(new byte[10 * 288 * 360], frames: 10, height: 288, width: 360, frameRate: 25);
        var data = mlContext.Data.LoadFromEnumerable(new[] { new Film { Video = film } });

        var stage = mlContext.Transforms.CropMouthRegion("Mouth", "Video", mouthBox: new MouthBox(110, 170, 96, 96));
        var mouth = stage.Fit(data).Transform(data).GetColumn<VideoClip>("Mouth").Single();
        Console.WriteLine($"{mouth.Frames} frames of {mouth.Width} x {mouth.Height}");
    }

    private sealed class Film
    {
        [VideoClipType]
        public VideoClip? Video { get; set; }
    }
}

// Expected output:
// 10 frames of 96 x 96
