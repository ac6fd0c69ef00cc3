using Microsoft.ML.Avsr.Media;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Media;

[TestClass]
public sealed class SteadyMouthTests
{
    [TestMethod]
    public void TheSideIsAMultipleOfTheEyeDistance()
    {
        var places = new SteadyMouthLocator(Faces(30, _ => (100, 80, 0.0, 0.0)), sideInEyeDistances: 1.5).Place(25);
        Assert.HasCount(30, places);
        foreach (var place in places)
        {
            Assert.AreEqual(100, place.CentreX, 1e-9);
            Assert.AreEqual(80 + 44, place.CentreY, 1e-9);
            Assert.AreEqual(60, place.Side, 1e-9); // eyes 40 apart
            Assert.AreEqual(0, place.Angle, 1e-9);
        }
    }

    [TestMethod]
    public void AFaceThatTurnsAwayKeepsItsSize()
    {
        // Eyes 40 % of their distance apart, the mouth as far below as before.
        var points = new double[] { 92, 80, 108, 80, 100, 100, 94, 124, 106, 124 };
        var place = new SteadyMouthLocator(new FaceLandmarks(points, 5)).Place(25)[0];
        Assert.AreEqual(1.2 * 0.8 * 44, place.Side, 1e-9);
    }

    [TestMethod]
    public void ShakingPointsGiveASteadyRegionAndMovingHeadsAreFollowed()
    {
        var random = new Random(3);
        var places = new SteadyMouthLocator(Faces(200, t => (100 + 0.4 * t, 80, 6 * random.NextDouble() - 3, 6 * random.NextDouble() - 3))).Place(25);
        for (var t = 30; t < 170; t++)
        {
            Assert.AreEqual(100 + 0.4 * t, places[t].CentreX, 1.5);
            Assert.AreEqual(0.4, places[t + 1].CentreX - places[t].CentreX, 0.3);
        }
        var raw = new SteadyMouthLocator(Faces(200, t => (100, 80 + t % 2, 0, 0)), smoothing: TimeSpan.Zero).Place(25);
        Assert.AreEqual(1, raw[1].CentreY - raw[0].CentreY, 1e-9);
    }

    [TestMethod]
    public void TiltedFacesAreLevelled()
    {
        // A frame of slanted stripes at right angles to the line between the eyes: levelled, every column has one grey level.
        const double Angle = 0.3;
        double cos = Math.Cos(Angle), sin = Math.Sin(Angle);
        var pixels = new byte[200 * 200]; // [200, 200]
        for (var y = 0; y < 200; y++)
            for (var x = 0; x < 200; x++)
                pixels[y * 200 + x] = (byte)(128 + 100 * Math.Sin(((x - 100) * cos + (y - 100) * sin) / 8));
        double[] points = [.. At(-20, -44), .. At(20, -44), .. At(0, -20), .. At(-12, 0), .. At(12, 0)];
        var crop = new SteadyMouthLocator(new FaceLandmarks(points, 5)).Crop(new VideoClip(pixels, 1, 200, 200, 25), out var problem)!;
        Assert.IsNull(problem);
        for (var column = 0; column < 96; column++)
        {
            // Pixel centres: the middle of the region is 100 + 0.5 in both axes.
            var expected = 128 + 100 * Math.Sin(((column + 0.5 - 48) * 48 / 96 - 0.5 * (cos + sin)) / 8);
            for (var row = 0; row < 96; row++)
                Assert.AreEqual(expected, crop.Frame(0)[row * 96 + column], 2.5, $"{column}, {row}");
        }

        double[] At(double u, double v) => [100 + u * cos - v * sin, 100 + u * sin + v * cos];
    }

    [TestMethod]
    public void ShrunkFramesGiveTheSameRegion()
    {
        var face = Faces(1, _ => (200, 160, 0, 0), size: 4);
        var large = new SteadyMouthLocator(face).Crop(new VideoClip(Ramp(800, 600, 1), 1, 600, 800, 25), out _)!;
        var small = new SteadyMouthLocator(face).Crop(new VideoClip(Ramp(400, 300, 2), 1, 300, 400, 25, sourceScale: 0.5), out _)!;
        for (var i = 0; i < 96 * 96; i++)
            Assert.AreEqual(large.Frame(0)[i], small.Frame(0)[i], 2.0);
        Assert.AreNotEqual(large.Frame(0)[0], large.Frame(0)[95]);
    }

    [TestMethod]
    public void ImpossiblePlacesAreNamed()
    {
        var video = new VideoClip(new byte[50 * 50], 1, 50, 50, 25);
        Assert.IsNull(new SteadyMouthLocator(Faces(1, _ => (100, 80, 0, 0))).Crop(video, out var problem));
        StringAssert.Contains(problem, "outside");
        Assert.IsNull(new SteadyMouthLocator(new FaceLandmarks(new double[10], 5)).Crop(video, out problem));
        StringAssert.Contains(problem, "coincide");
        Assert.IsNull(new SteadyMouthLocator(new FaceLandmarks(new double[10], 5, [false])).Crop(video, out problem));
        StringAssert.Contains(problem, "No frame");
        Assert.IsNull(new SteadyMouthLocator(Faces(2, _ => (20, 20, 0, 0))).Crop(video, out problem));
        StringAssert.Contains(problem, "2 frames");
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new SteadyMouthLocator(Faces(1, _ => (0, 0, 0, 0)), 7));
        StringAssert.Contains(error.Message, "0.5 to 5");
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new FaceLocatorOptions { EveryFrames = 0 }.Validate());
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new FaceLocatorOptions { Smoothing = TimeSpan.FromHours(2) }.Validate());
    }

    // Eyes 40 x size apart, the mouth 44 x size below; the mouth may be off its place.
    private static FaceLandmarks Faces(int frames, Func<int, (double X, double Y, double MouthX, double MouthY)> at, double size = 1)
    {
        var points = new List<double>();
        for (var t = 0; t < frames; t++)
        {
            var (x, y, dx, dy) = at(t);
            points.AddRange([x - 20 * size, y, x + 20 * size, y, x, y + 24 * size, x - 12 * size + dx, y + 44 * size + dy, x + 12 * size + dx, y + 44 * size + dy]);
        }
        return new FaceLandmarks(points.ToArray(), 5);
    }

    private static byte[] Ramp(int width, int height, int step)
    {
        var pixels = new byte[width * height];
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)((i % width * step + step / 2) / 4);
        return pixels;
    }
}
