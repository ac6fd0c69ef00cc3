using Microsoft.ML.Avsr.Media;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Media;

[TestClass]
public sealed class MediaQualityTests
{
    [TestMethod]
    public void LevelAndClippingAreMeasured()
    {
        var sine = Enumerable.Range(0, 16000).Select(i => 0.5f * MathF.Sin(i * 0.1f)).ToArray();
        var quality = MediaQuality.Measure(Clip(sine));
        Assert.AreEqual(10 * Math.Log10(0.125), quality.AudioLevel, 0.02);
        Assert.AreEqual(0, quality.Clipping);
        Assert.IsTrue(double.IsNaN(quality.FrameRate) && double.IsNaN(quality.AudioOffset) && double.IsNaN(quality.FaceShare) && double.IsNaN(quality.FaceScore));

        // Four times as loud and cut off: a sine is beyond half of its height for two thirds of the time.
        var clipped = MediaQuality.Measure(Clip(Array.ConvertAll(sine, s => Math.Clamp(4 * s, -1, 1))));
        Assert.AreEqual(2 / 3.0, clipped.Clipping, 0.01);

        Assert.AreEqual(MediaQuality.SilenceLevel, MediaQuality.Measure(Clip(new float[1000])).AudioLevel);
        Assert.IsTrue(double.IsNaN(MediaQuality.Measure(Clip([])).AudioLevel));
    }

    [TestMethod]
    public void FrameRatesAndOffsetsAreMeasuredNotBelieved()
    {
        using var samples = new MediaSamples();
        var reader = new MediaReader();
        var plain = samples.Clip("plain.mp4", 3);
        var fast = samples.Clip("fast.mp4", 3, rate: "30000/1001");
        var late = samples.Make("late.mkv", $"-i {plain} -itsoffset 0.4 -i {plain} -map 0:v -map 1:a -c copy");
        var early = samples.Make("early.mkv", $"-itsoffset 0.4 -i {plain} -i {plain} -map 0:v -map 1:a -c copy");
        // Every frame after the first second comes twice as fast; the container declares one rate.
        var varying = samples.Make("varying.mkv", "-f lavfi -i testsrc=size=64x48:rate=20:duration=4 -vf settb=1/1000,setpts='if(lt(T,1),PTS,(PTS+1/TB)/2)' -enc_time_base 1:1000 -vsync vfr -c:v libx264 -preset ultrafast");
        (string Path, double Rate, double Offset)[] expected = [(plain, 25, 0), (fast, 29.97, 0), (late, 25, 0.4), (early, 25, -0.4)];
        foreach (var (path, rate, offset) in expected)
            Check(reader.Read(path), path, rate, offset);
        // Files that share a process keep their own numbers.
        foreach (var (clip, (path, rate, offset)) in reader.ReadMany(expected.Select(e => e.Path)).Zip(expected))
            Check(clip, path, rate, offset);
        var mixed = MediaQuality.Measure(reader.Read(varying));
        Assert.AreEqual(32, mixed.FrameRate, 1.5); // 80 frames in 2.5 s
        Assert.IsTrue(double.IsNaN(mixed.AudioOffset));

        static void Check(MediaClip clip, string path, double rate, double offset)
        {
            Assert.AreEqual(MediaStatus.Ok, clip.Status, clip.Problem);
            var quality = MediaQuality.Measure(clip);
            Assert.AreEqual(rate, quality.FrameRate, 0.05, path);
            // Sound codecs start some samples early.
            Assert.AreEqual(offset, quality.AudioOffset, 0.03, path);
        }
    }

    [TestMethod]
    public void LoudSoundOfFilesIsFoundClipped()
    {
        using var samples = new MediaSamples();
        var path = samples.Make("loud.flac", "-f lavfi -i sine=frequency=300:sample_rate=44100:duration=1 -af volume=30dB -sample_fmt s16");
        var quality = MediaQuality.Measure(new MediaReader().Read(path));
        Assert.IsGreaterThan(0.5, quality.Clipping);
        Assert.IsGreaterThan(-3.0, quality.AudioLevel);
    }

    private static MediaClip Clip(float[] samples) => new(new AudioClip(samples, 16000), null, MediaStatus.AudioOnly);
}
