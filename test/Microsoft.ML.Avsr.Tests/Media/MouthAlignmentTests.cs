using Microsoft.ML.Avsr.Media;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Media;

/// <summary>Mouth regions against the reference preparations.</summary>
[TestClass]
public sealed class MouthAlignmentTests
{
    private static readonly int[] s_autoAvsrStable = [28, 33, 36, 39, 42, 45, 48, 54];

    [TestMethod]
    public void GapsAreInterpolatedAsInTheReference()
    {
        var golden = new MouthGolden("04_landmark_interpolation");
        for (var p = 0; p < 4; p++)
        {
            var valid = golden.Bytes($"p{p}.valid").Select(v => v != 0).ToArray();
            var filled = new FaceLandmarks(golden.Doubles($"p{p}.in"), 68, valid).Interpolate();
            if (p == 3)
            {
                Assert.IsNull(filled);
                continue;
            }
            Close(golden.Doubles($"p{p}.out"), filled!.Coordinates.ToArray(), 1e-9);
        }
    }

    [TestMethod]
    public void BoxesFollowBothRules()
    {
        var golden = new MouthGolden("04_mouthcrop_box_rules");
        var centres = golden.Doubles("center_xy");
        var clamped = golden.Longs("align_mouth_box");
        var cut = golden.Longs("auto_avsr_box");
        for (var i = 0; i < centres.Length / 2; i++)
        {
            var (top, bottom, left, right) = MouthAligner.ClampedBox(centres[2 * i], centres[2 * i + 1]);
            CollectionAssert.AreEqual(clamped[(4 * i)..(4 * i + 4)], new long[] { top, bottom, left, right }, $"AV-HuBERT, centre {i}");
            var box = MouthAligner.CutBox(centres[2 * i], centres[2 * i + 1]);
            long[] actual = box is { } b ? [b.Top, b.Bottom, b.Left, b.Right] : [-1, -1, -1, -1];
            CollectionAssert.AreEqual(cut[(4 * i)..(4 * i + 4)], actual, $"auto_avsr, centre {i}");
        }
    }

    [TestMethod]
    public void WrongPointsDoNotBendTheTransform()
    {
        var golden = new MouthGolden("04_mouthcrop_auto_avsr_68_outliers");
        var landmarks = new FaceLandmarks(golden.Doubles("landmarks"), 68);
        var reference = golden.Doubles("stable_reference");
        var agrees = golden.Bytes("exhaustive.agrees");
        for (var t = 0; t < landmarks.Frames; t++)
        {
            var smoothed = MouthAligner.SmoothCentred(landmarks, t);
            Close(golden.Doubles("smoothed_landmarks")[(t * 136)..(t * 136 + 136)], smoothed, 1e-9);
            var inliers = new bool[8];
            var fit = SimilarityTransform.FitRobust(Stable(smoothed), reference, inliers);
            CollectionAssert.AreEqual(golden.Bytes("exhaustive.inliers")[(8 * t)..(8 * t + 8)], inliers.Select(i => (byte)(i ? 1 : 0)).ToArray());
            Close(golden.Doubles("exhaustive.M")[(6 * t)..(6 * t + 6)], Matrix(fit), 1e-4);
            if (agrees[t] != 0)
                Close(golden.Doubles("M")[(6 * t)..(6 * t + 6)], Matrix(fit), 1e-3);
        }
    }

    [TestMethod]
    public void AutoAvsrRegionsWith68Points()
    {
        var source = new MouthGolden("04_mouthcrop_align_mouth");
        var golden = new MouthGolden("04_mouthcrop_auto_avsr_68");
        var landmarks = new FaceLandmarks(source.Doubles("landmarks"), 68);
        CheckAutoAvsr(source, golden, landmarks);
    }

    [TestMethod]
    public void AutoAvsrRegionsWith4Points()
    {
        var source = new MouthGolden("04_mouthcrop_align_mouth");
        var golden = new MouthGolden("04_mouthcrop_auto_avsr_4pt");
        var points = golden.Longs("landmarks4").Select(v => (double)v).ToArray();
        CheckAutoAvsr(source, golden, new FaceLandmarks(points, 4));
        // Five points differ only in giving the mouth's corners instead of its centre.
        var five = points.Chunk(8).SelectMany(f => new[] { f[0], f[1], f[2], f[3], f[4], f[5], f[6] - 9, f[7] - 2, f[6] + 9, f[7] + 2 }).ToArray();
        var four = new LandmarkLocator(new FaceLandmarks(points, 4)).Crop(Grey(source), out _)!;
        var same = new LandmarkLocator(new FaceLandmarks(five, 5)).Crop(Grey(source), out _)!;
        Assert.IsTrue(four.Pixels.Span.SequenceEqual(same.Pixels.Span));
    }

    [TestMethod]
    [DataRow("04_mouthcrop_align_mouth", 14)]
    [DataRow("04_mouthcrop_align_mouth_short", 7)]
    public void AvHubertRegions(string name, int frames)
    {
        var source = new MouthGolden("04_mouthcrop_align_mouth");
        var golden = new MouthGolden(name);
        var face = MouthGolden.Npy(Path.Combine(source.Folder, "20words_mean_face.npy"));
        Close(face, MeanFace.Points.ToArray(), 6e-5);
        var landmarks = new FaceLandmarks(source.Doubles("landmarks").AsMemory(0, frames * 136), 68);
        var placements = MouthAligner.Align(landmarks, MouthAlignment.AvHubert, face);
        var transforms = golden.Doubles("transform");
        for (var t = 0; t < frames; t++)
        {
            var k = Math.Min(t, transforms.Length / 9 - 1);
            Close(transforms[(9 * k)..(9 * k + 6)], Matrix(placements[t].Transform), 1e-6);
            Close(golden.Doubles("center_xy")[(2 * t)..(2 * t + 2)], [placements[t].CentreX, placements[t].CentreY], 1e-5);
        }
        var shape = source.Shape("frames_rgb");
        var all = name.EndsWith("short", StringComparison.Ordinal) ? golden.Bytes("patches_rgb_first_last") : golden.Bytes("patches_rgb");
        for (var channel = 0; channel < 3; channel++)
        {
            var video = Channel(source.Bytes("frames_rgb"), frames, shape[1], shape[2], channel);
            var crop = new LandmarkLocator(landmarks, MouthAlignment.AvHubert, face).Crop(video, out var problem)!;
            Assert.IsNull(problem);
            foreach (var (slot, t) in all.Length == 2 * 96 * 96 * 3 ? new[] { (0, 0), (1, frames - 1) } : [.. Enumerable.Range(0, frames).Select(t => (t, t))])
            {
                for (var i = 0; i < 96 * 96; i++)
                    Assert.IsLessThanOrEqualTo(1, Math.Abs(all[(slot * 96 * 96 + i) * 3 + channel] - crop.Frame(t)[i]));
            }
        }
    }

    [TestMethod]
    public void ImpossibleFacesAreProblemsNotExceptions()
    {
        var video = new VideoClip(new byte[3 * 50 * 50], 3, 50, 50, 25);
        Assert.IsNull(new LandmarkLocator(new FaceLandmarks(new double[2 * 136], 68)).Crop(video, out var problem));
        StringAssert.Contains(problem, "2 frames");
        Assert.IsNull(new LandmarkLocator(new FaceLandmarks(new double[3 * 136], 68)).Crop(video, out problem));
        StringAssert.Contains(problem, "coincide");
        Assert.IsNull(new LandmarkLocator(new FaceLandmarks(new double[3 * 136], 68, [false, false, false])).Crop(video, out problem));
        StringAssert.Contains(problem, "No frame");
        Assert.ThrowsExactly<ArgumentException>(() => new FaceLandmarks(new double[7], 4));
        Assert.ThrowsExactly<ArgumentException>(() => new FaceLandmarks(new[] { 0, 0, 1, 1, 2, 2, double.NaN, 3 }, 4));
    }

    private static void CheckAutoAvsr(MouthGolden source, MouthGolden golden, FaceLandmarks landmarks)
    {
        var face = MouthGolden.Npy(Path.Combine(source.Folder, "20words_mean_face.npy"));
        var placements = MouthAligner.Align(landmarks, MouthAlignment.AutoAvsr, face);
        for (var t = 0; t < landmarks.Frames; t++)
        {
            Close(golden.Doubles("exhaustive.M")[(6 * t)..(6 * t + 6)], Matrix(placements[t].Transform), 1e-4);
            if (golden.Bytes("exhaustive.agrees")[t] != 0)
                Close(golden.Doubles("M")[(6 * t)..(6 * t + 6)], Matrix(placements[t].Transform), 1e-3);
        }
        var crop = new LandmarkLocator(landmarks, MouthAlignment.AutoAvsr, face).Crop(Grey(source), out var problem)!;
        Assert.IsNull(problem);
        var patches = golden.Bytes("patches_gray");
        var sum = 0.0;
        var compared = 0;
        for (var t = 0; t < landmarks.Frames; t++)
        {
            if (golden.Bytes("exhaustive.agrees")[t] == 0)
                continue;
            for (var i = 0; i < 96 * 96; i++, compared++)
            {
                var error = Math.Abs(patches[t * 96 * 96 + i] - crop.Frame(t)[i]);
                Assert.IsLessThanOrEqualTo(6, error, $"frame {t}, pixel {i}");
                sum += error;
            }
        }
        Assert.IsGreaterThan(0, compared);
        Assert.IsLessThan(1.0, sum / compared);
    }

    // OpenCV's conversion: fixed-point weights of 14 bits.
    private static VideoClip Grey(MouthGolden source)
    {
        var shape = source.Shape("frames_rgb");
        var rgb = source.Bytes("frames_rgb");
        var grey = new byte[rgb.Length / 3];
        for (var i = 0; i < grey.Length; i++)
            grey[i] = (byte)((rgb[3 * i] * 4899 + rgb[3 * i + 1] * 9617 + rgb[3 * i + 2] * 1868 + 8192) >> 14);
        return new VideoClip(grey, shape[0], shape[1], shape[2], 25);
    }

    private static VideoClip Channel(byte[] rgb, int frames, int height, int width, int channel) =>
        new(Enumerable.Range(0, frames * height * width).Select(i => rgb[3 * i + channel]).ToArray(), frames, height, width, 25);

    private static double[] Stable(double[] points) => [.. s_autoAvsrStable.SelectMany(p => new[] { points[2 * p], points[2 * p + 1] })];

    // Rows of the 2x3 matrix.
    private static double[] Matrix(SimilarityTransform t) => [t.A, -t.B, t.ShiftX, t.B, t.A, t.ShiftY];

    private static void Close(double[] expected, double[] actual, double tolerance)
    {
        Assert.HasCount(expected.Length, actual);
        for (var i = 0; i < expected.Length; i++)
            Assert.AreEqual(expected[i], actual[i], tolerance, $"number {i}");
    }
}
