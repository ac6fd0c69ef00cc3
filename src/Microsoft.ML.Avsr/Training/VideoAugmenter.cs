using Microsoft.ML.Avsr.Features;
using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Avsr.Recognition;

namespace Microsoft.ML.Avsr.Training;

/// <summary>
/// Varies a clip's mouth crops: window position, mirror image, brightness and contrast, dropped and repeated frames, masked spans.
/// One draw holds for all frames of a clip, except for frames that are dropped, repeated or masked.
/// </summary>
internal static class VideoAugmenter
{
    // Light varies little, so that it does not hide a mouth that moves only a few grey levels.
    private const double ContrastSpread = 0.05;
    private const double BrightnessSpread = 5;
    private const double JitterShare = 0.5;
    private const double JitterRate = 0.04;
    private const int MaxMaskedFrames = 8;
    private const int Masks = 2;

    /// <summary>The grey value that normalises to (nearly) zero: 0.421 of 255.</summary>
    private const byte MaskValue = 107;

    /// <summary>Draws one variation.</summary>
    /// <param name="clip">Grey crops of 96 x 96.</param>
    /// <param name="random">The source of variation.</param>
    /// <param name="order">The clip's frame that each frame of the result shows; at most the clip's own number of frames times 1.1.</param>
    /// <param name="options">What is varied; <see langword="null"/> for the defaults.</param>
    /// <returns>[time, 88, 88] grey bytes.</returns>
    public static byte[] Vary(VideoClip clip, Random random, out IReadOnlyList<int> order, AvsrTrainerOptions? options = null)
    {
        const int Slack = SpeechFrontEnd.CropSize - SpeechFrontEnd.FrameSize;
        var top = random.Next(Slack + 1);
        var left = random.Next(Slack + 1);
        var isFull = options is not { VideoAugmentation: VideoAugmentation.CropOnly };
        var flip = options is not { HorizontalFlip: false } && random.Next(2) == 1;
        var levels = !isFull ? null : Levels(1 + ContrastSpread * (2 * random.NextDouble() - 1), BrightnessSpread * (2 * random.NextDouble() - 1));
        order = isFull ? FrameOrder(clip.Frames, random) : [.. Enumerable.Range(0, clip.Frames)];
        var time = order.Count;
        const int Crop = SpeechFrontEnd.CropSize * SpeechFrontEnd.CropSize;
        const int Frame = SpeechFrontEnd.FrameSize * SpeechFrontEnd.FrameSize;
        var result = new byte[time * Frame];
        var source = clip.Pixels.Span;
        for (var t = 0; t < time; t++)
        {
            var frame = result.AsSpan(t * Frame, Frame);
            FrameCopy.Crop(source.Slice(order[t] * Crop, Crop), top, left, flip, frame);
            for (var i = 0; levels is not null && i < frame.Length; i++)
                frame[i] = levels[frame[i]];
        }
        for (var m = 0; isFull && m < Masks; m++)
        {
            var span = random.Next(Math.Min(MaxMaskedFrames, time / 4) + 1);
            var start = random.Next(time - span + 1);
            result.AsSpan(start * Frame, span * Frame).Fill(MaskValue);
        }
        // The reference masks before it normalises: a masked frame is black.
        if (options is { AdaptiveTimeMasks: true })
            AdaptiveTimeMask.Apply<byte>(result, AdaptiveTimeMask.Draw(time, AdaptiveTimeMask.VideoWindow, AdaptiveTimeMask.VideoStride, random), Frame);
        return result;
    }

    private static byte[] Levels(double contrast, double brightness)
    {
        var levels = new byte[256];
        for (var i = 0; i < 256; i++)
            levels[i] = (byte)Math.Clamp((i - 128) * contrast + 128 + brightness, 0, 255);
        return levels;
    }

    private static List<int> FrameOrder(int frames, Random random)
    {
        var order = new List<int>(frames + 8);
        if (random.NextDouble() >= JitterShare)
        {
            for (var t = 0; t < frames; t++) order.Add(t);
            return order;
        }
        var limit = frames + frames / 10;
        for (var t = 0; t < frames; t++)
        {
            var draw = random.NextDouble();
            if (draw < JitterRate && order.Count > 0)
                continue;
            order.Add(t);
            if (draw > 1 - JitterRate && order.Count < limit)
                order.Add(t);
        }
        return order;
    }
}
