using Microsoft.ML.Avsr.Media;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Media;

[TestClass]
public sealed class MouthRegionTests
{
    [TestMethod]
    public void ABoxOfNinetySixPixelsIsCopiedExactly()
    {
        var video = Noise(3, 150, 140);
        var crop = new FixedBoxLocator(new MouthBox(20, 30, 96, 96)).Crop(video, out var problem)!;
        Assert.IsNull(problem);
        Assert.AreEqual((3, 96, 96, 25.0), (crop.Frames, crop.Height, crop.Width, crop.FrameRate));
        for (var t = 0; t < 3; t++)
            for (var y = 0; y < 96; y++)
                Assert.IsTrue(video.Frame(t).Slice((30 + y) * 140 + 20, 96).SequenceEqual(crop.Frame(t).Slice(y * 96, 96)));
    }

    [TestMethod]
    public void ShrinkingAveragesAreas()
    {
        var video = Noise(1, 192, 288); // 2 x 3 pixels each
        var crop = new AlreadyCroppedLocator().Crop(video, out _)!;
        foreach (var (x, y) in new[] { (0, 0), (95, 95), (17, 60) })
        {
            var sum = 0;
            for (var j = 0; j < 2; j++)
                for (var i = 0; i < 3; i++)
                    sum += video.Frame(0)[(y * 2 + j) * 288 + x * 3 + i];
            Assert.AreEqual(sum / 6.0, crop.Frame(0)[y * 96 + x], 0.51);
        }
    }

    [TestMethod]
    public void GrowingInterpolatesLinearly()
    {
        var pixels = new byte[48 * 48]; // [48, 48]: a ramp, 4 grey levels a column
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)(i % 48 * 4);
        var crop = new AlreadyCroppedLocator().Crop(new VideoClip(pixels, 1, 48, 48, 25), out _)!;
        Assert.AreEqual(0, crop.Frame(0)[0]); // the edge repeats
        Assert.AreEqual(9, crop.Frame(0)[5]); // centre 2.25: 4 x 2.25
        Assert.AreEqual(188, crop.Frame(0)[95]);
    }

    [TestMethod]
    public void BeyondTheFrameTheEdgeRepeats()
    {
        var video = Noise(1, 100, 100);
        var crop = new FixedBoxLocator(new MouthBox(-40, 60, 96, 96)).Crop(video, out _)!;
        Assert.AreEqual(video.Frame(0)[60 * 100], crop.Frame(0)[10]);
        Assert.AreEqual(video.Frame(0)[99 * 100 + 55], crop.Frame(0)[95 * 96 + 95]);
        var huge = new FixedBoxLocator(new MouthBox(-100000, -100000, 200100, 200100)).Crop(video, out _)!;
        Assert.AreEqual(video.Frame(0)[0], huge.Frame(0)[0]);
        Assert.IsNull(new FixedBoxLocator(new MouthBox(200, 0, 50, 50)).Crop(video, out var problem));
        StringAssert.Contains(problem, "outside");
    }

    [TestMethod]
    public void BoxesAreInPixelsOfTheSource()
    {
        var full = new VideoClip(Ramp(200, 200), 1, 200, 200, 25);
        var half = new VideoClip(Ramp(100, 100, 2), 1, 100, 100, 25, sourceScale: 0.5);
        var locator = new FixedBoxLocator(new MouthBox(40, 50, 120, 120));
        var a = locator.Crop(full, out _)!.Frame(0);
        var b = locator.Crop(half, out _)!.Frame(0);
        for (var i = 0; i < a.Length; i++)
            Assert.AreEqual(a[i], b[i], 1.5);
    }

    [TestMethod]
    public void BadBoxesAreNamed()
    {
        Assert.AreEqual(new MouthBox(1, 2.5, 3, 4), MouthBox.Parse("1, 2.5,3,4"));
        foreach (var text in new[] { "", "1,2,3", "1,2,0,4", "1,2,3,x", "1,2,NaN,4" })
            Assert.ThrowsExactly<FormatException>(() => MouthBox.Parse(text));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new FixedBoxLocator(new MouthBox(0, 0, -1, 5)));
        Assert.ThrowsExactly<ArgumentException>(() => new VideoClip(new byte[10], 1, 3, 3, 25));
    }

    private static VideoClip Noise(int frames, int height, int width)
    {
        var pixels = new byte[frames * height * width];
        new Random(7).NextBytes(pixels);
        return new VideoClip(pixels, frames, height, width, 25);
    }

    private static byte[] Ramp(int height, int width, int step = 1)
    {
        var pixels = new byte[height * width];
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
                pixels[y * width + x] = (byte)((x * step + (step - 1) / 2.0 + y * step * 0.25) * 1.0);
        return pixels;
    }
}
