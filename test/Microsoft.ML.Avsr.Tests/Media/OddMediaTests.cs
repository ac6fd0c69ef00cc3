using Microsoft.ML.Avsr.Media;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Media;

/// <summary>Sound files that are merely unusual: rates, rotation, offsets, tracks, pixel shapes.</summary>
[TestClass]
public sealed class OddMediaTests
{
    [TestMethod]
    [DataRow("1", 4.0)]
    [DataRow("12", 2.0)]
    [DataRow("24000/1001", 2.0)]
    [DataRow("30000/1001", 2.0)]
    [DataRow("60", 2.0)]
    [DataRow("120", 2.0)]
    public void AnyFrameRateBecomesTwentyFive(string rate, double seconds)
    {
        using var samples = new MediaSamples();
        var clip = new MediaReader().Read(samples.Clip(seconds: seconds, rate: rate, size: "64x64"));
        Assert.AreEqual(MediaStatus.Ok, clip.Status, clip.Problem);
        Assert.AreEqual(seconds * 25, clip.Video!.Frames, rate == "1" ? 13 : 2);
    }

    [TestMethod]
    public void VariableFrameRateKeepsTime()
    {
        using var samples = new MediaSamples();
        // Brightness grows with time; frames are dropped irregularly.
        var path = samples.Make("vfr.mkv", "-f lavfi -i color=black:size=64x64:rate=50:duration=2 -vf geq=lum=100*T:cb=128:cr=128,select='not(mod(n\\,7))+lt(mod(n\\,40)\\,12)' -vsync vfr -c:v libx264 -qp 0 -color_range pc");
        var video = new MediaReader().Read(path).Video!;
        Assert.AreEqual(50, video.Frames, 4);
        for (var t = 3; t < 46; t++)
        {
            var expected = video.Frame(45)[2000] * (t / 45.0);
            Assert.AreEqual(expected, video.Frame(t)[2000], 18, $"frame {t}");
        }
    }

    [TestMethod]
    public void RotationIsApplied()
    {
        using var samples = new MediaSamples();
        var path = samples.Make("turned.mp4", $"-i {samples.Clip(size: "128x64")} -c copy -metadata:s:v:0 rotate=90");
        var clip = new MediaReader().Read(path);
        Assert.AreEqual((128, 64), (clip.Video!.Height, clip.Video.Width));
        Assert.AreEqual(90, Math.Abs(clip.Source!.Rotation), 0.01);

        // Upright, not upside down: a picture that was laid on its side and says so comes out as it was.
        var upright = new MediaReader().Read(samples.Make("upright.mp4", "-f lavfi -i testsrc=size=64x96:rate=25:duration=0.4 -c:v libx264 -qp 0 -pix_fmt yuv420p")).Video!;
        samples.Make("laid.mp4", $"-i {samples.PathOf("upright.mp4")} -vf transpose=2 -c:v libx264 -qp 0 -pix_fmt yuv420p");
        var turned = new MediaReader().Read(samples.Make("back.mp4", $"-i {samples.PathOf("laid.mp4")} -c copy -metadata:s:v:0 rotate=270")).Video!;
        Assert.AreEqual((upright.Height, upright.Width), (turned.Height, turned.Width));
        var difference = upright.Frame(5).ToArray().Zip(turned.Frame(5).ToArray(), (a, b) => Math.Abs(a - b)).Average();
        Assert.IsLessThan(3.0, difference);
    }

    [TestMethod]
    public void LateSoundIsPaddedWithSilence()
    {
        using var samples = new MediaSamples();
        var path = samples.Make("late.mkv", "-f lavfi -i testsrc=size=64x64:rate=25:duration=2 -itsoffset 0.5 -f lavfi -i sine=frequency=440:duration=1.5 -c:v libx264 -pix_fmt yuv420p -c:a pcm_s16le");
        var clip = new MediaReader().Read(path);
        Assert.AreEqual(MediaStatus.Ok, clip.Status, clip.Problem);
        Assert.AreEqual(32000, clip.Audio!.Samples.Length, 400);
        Assert.AreEqual(0, clip.Audio.Samples.ToArray().Take(7600).Max(Math.Abs), 1e-4);
        Assert.IsGreaterThan(0.05f, clip.Audio.Samples.ToArray().Skip(8400).Take(1600).Max(Math.Abs));
    }

    [TestMethod]
    public void LatePictureIsPaddedWithItsFirstFrame()
    {
        using var samples = new MediaSamples();
        var path = samples.Make("late.mkv", "-itsoffset 0.4 -f lavfi -i testsrc=size=64x64:rate=25:duration=1.6 -f lavfi -i sine=duration=2 -c:v libx264 -qp 0 -pix_fmt yuv420p -c:a pcm_s16le");
        var video = new MediaReader().Read(path).Video!;
        Assert.AreEqual(50, video.Frames, 1);
        Assert.IsTrue(video.Frame(0).SequenceEqual(video.Frame(9)));
        Assert.IsFalse(video.Frame(9).SequenceEqual(video.Frame(13)));
    }

    [TestMethod]
    public void TracksAreChosenByOption()
    {
        using var samples = new MediaSamples();
        var path = samples.Make("two.mkv", "-f lavfi -i sine=frequency=440:duration=1 -f lavfi -i sine=frequency=880:duration=1 -map 0 -map 1 -c:a pcm_s16le");
        Assert.AreEqual(440, MediaReaderTests.Frequency(new MediaReader().Read(path).Audio!), 3);
        Assert.AreEqual(880, MediaReaderTests.Frequency(new MediaReader(new() { AudioTrack = 1 }).Read(path).Audio!), 3);
        Assert.AreEqual(MediaStatus.NoTracks, new MediaReader(new() { AudioTrack = 2 }).Read(path).Status);

        // Two pictures and two sounds: each pair can be had.
        var both = samples.Make("both.mkv", "-f lavfi -i color=black:size=64x48:rate=25:duration=1 -f lavfi -i color=white:size=96x80:rate=25:duration=1 "
            + "-f lavfi -i sine=frequency=440:duration=1 -f lavfi -i sine=frequency=880:duration=1 -map 0 -map 1 -map 2 -map 3 -c:v libx264 -pix_fmt yuv420p -c:a pcm_s16le");
        foreach (var (audio, video, frequency, width, level) in new[] { (0, 0, 440.0, 64, 0), (1, 0, 880, 64, 0), (0, 1, 440, 96, 255), (1, 1, 880, 96, 255) })
        {
            var clip = new MediaReader(new() { AudioTrack = audio, VideoTrack = video }).Read(both);
            Assert.AreEqual((MediaStatus.Ok, 2, 2, width), (clip.Status, clip.Source!.AudioTracks, clip.Source.VideoTracks, clip.Video!.Width), clip.Problem);
            Assert.AreEqual(frequency, MediaReaderTests.Frequency(clip.Audio!), 3);
            Assert.AreEqual(level, clip.Video.Frame(10)[800], 3);
        }
        var seen = new MediaReader(new() { AudioTrack = 5 }).Read(both);
        Assert.AreEqual(MediaStatus.VideoOnly, seen.Status, "a track that is not there");
        StringAssert.Contains(seen.Problem, "track");
    }

    [TestMethod]
    public void SurroundAndOblongPixelsAndLargeFramesAreConverted()
    {
        using var samples = new MediaSamples();
        var surround = new MediaReader().Read(samples.Make("5.1.mka", "-f lavfi -i sine=duration=1 -ac 6 -c:a flac"));
        Assert.AreEqual(MediaStatus.AudioOnly, surround.Status, surround.Problem);
        Assert.AreEqual(440, MediaReaderTests.Frequency(surround.Audio!), 3);
        var oblong = new MediaReader().Read(samples.Make("oblong.mkv", "-f lavfi -i testsrc=size=64x64:rate=25:duration=0.4 -vf setsar=2 -c:v libx264 -pix_fmt yuv420p"));
        Assert.AreEqual((64, 128), (oblong.Video!.Height, oblong.Video.Width));
        var large = new MediaReader().Read(samples.Make("4k.mkv", "-f lavfi -i testsrc=size=3840x2160:rate=25:duration=0.08 -c:v libx264 -preset ultrafast -pix_fmt yuv420p"));
        Assert.AreEqual((720, 1280), (large.Video!.Height, large.Video.Width));
        Assert.AreEqual(1 / 3.0, large.Video.SourceScale, 1e-9);
    }

    [TestMethod]
    [DataRow("mono", 1)]
    [DataRow("stereo", 2)]
    [DataRow("quad", 4)]
    [DataRow("5.1", 6)]
    public void AnyNumberOfChannelsBecomesOneThatIsAudible(string layout, int channels)
    {
        using var samples = new MediaSamples();
        // The same voice in every channel, as loud as in one.
        var expressions = string.Join('|', Enumerable.Repeat("0.4*sin(2*PI*440*t)", channels));
        var clip = new MediaReader().Read(samples.Make("voice.mka", $"-f lavfi -i aevalsrc=exprs={expressions}:channel_layout={layout}:sample_rate=48000:duration=1 -c:a flac"));
        Assert.AreEqual(MediaStatus.AudioOnly, clip.Status, clip.Problem);
        Assert.AreEqual(440, MediaReaderTests.Frequency(clip.Audio!), 3);
        Assert.AreEqual(0.4, clip.Audio!.Samples.ToArray().Skip(2000).Take(10000).Max(), 0.03);
    }

    [TestMethod]
    public void InterlacedMaterialIsConverted()
    {
        using var samples = new MediaSamples();
        // A bar moves by 4 pixels from field to field: woven together, its edges are combs.
        var path = samples.Make("fields.mpg", "-f lavfi -i color=black:size=128x96:rate=50:duration=1 -vf geq=lum='if(between(mod(X-4*N,128),0,40),235,16)':cb=128:cr=128,"
            + "tinterlace=mode=interleave_top,setfield=tff -flags +ilme+ildct -c:v mpeg2video -q:v 2");
        var progressive = new MediaReader().Read(path).Video!;
        var woven = new MediaReader(new() { Deinterlace = false }).Read(path).Video!;
        Assert.AreEqual(25, progressive.Frames, 1);
        Assert.AreEqual(progressive.Frames, woven.Frames);
        Assert.IsGreaterThan(8.0, Combs(woven), "without the filter the test picture has combs");
        Assert.IsLessThan(0.35 * Combs(woven), Combs(progressive));

        // Mean difference of a line from the mean of its neighbours, which a picture that only changes along its lines does not have.
        static double Combs(VideoClip video)
        {
            var sum = 0.0;
            for (var t = 5; t < 20; t++)
            {
                var frame = video.Frame(t);
                for (var i = 10 * video.Width; i < 86 * video.Width; i++)
                    sum += Math.Abs(frame[i] - (frame[i - video.Width] + frame[i + video.Width]) / 2.0) / (15.0 * 76 * video.Width);
            }
            return sum;
        }
    }
}
