using Microsoft.ML.Avsr.Media;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Media;

[TestClass]
public sealed class WindowTests
{
    [TestMethod]
    [DataRow(2.0, 0.0)]
    [DataRow(3.0, 1.0)]
    [DataRow(30.0, 5.0)]
    public void WindowsAreStretchesOfTheWhole(double window, double overlap)
    {
        using var samples = new MediaSamples();
        var path = samples.Clip(seconds: 7.4, size: "64x48");
        var whole = new MediaReader().Read(path);
        var windows = new MediaReader().ReadWindows(path, TimeSpan.FromSeconds(window), TimeSpan.FromSeconds(overlap)).ToList();
        var end = 0.0;
        foreach (var (start, clip) in windows)
        {
            Assert.AreEqual(MediaStatus.Ok, clip.Status, clip.Problem);
            var frame = (int)Math.Round(start.TotalSeconds * 25);
            var sample = (int)Math.Round(start.TotalSeconds * 16000);
            Assert.IsTrue(clip.Video!.Pixels.Span.SequenceEqual(whole.Video!.Pixels.Span.Slice(frame * 64 * 48, clip.Video.Frames * 64 * 48)));
            Assert.IsTrue(clip.Audio!.Samples.Span.SequenceEqual(whole.Audio!.Samples.Span.Slice(sample, clip.Audio.Samples.Length)));
            end = start.TotalSeconds + clip.Video.Duration.TotalSeconds;
        }
        Assert.AreEqual(whole.Video!.Duration.TotalSeconds, end, 0.05);
        Assert.AreEqual(window > 8 ? 1 : Math.Ceiling((whole.Audio!.Duration.TotalSeconds - overlap) / (window - overlap)), windows.Count);
    }

    [TestMethod]
    public void LongMediaTakesConstantMemory()
    {
        using var samples = new MediaSamples();
        // Twenty minutes: 30,000 frames of 64x48 (92 MB) and 77 MB of samples in all.
        var path = samples.Make("long.mkv", "-f lavfi -i color=gray:size=64x48:rate=25:duration=1200 -f lavfi -i sine=sample_rate=16000:duration=1200 -c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a pcm_s16le");
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var frames = 0;
        long most = 0;
        var windows = 0;
        foreach (var (_, clip) in new MediaReader().ReadWindows(path, TimeSpan.FromSeconds(10)))
        {
            frames += clip.Video!.Frames;
            if (++windows % 30 == 0)
                most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
        }
        Assert.AreEqual(30000, frames, 1);
        Assert.IsLessThan(8L << 20, most);
    }

    [TestMethod]
    public void BadFilesGiveOneWindowWithTheirStatus()
    {
        using var samples = new MediaSamples();
        var reader = new MediaReader();
        Assert.AreEqual(MediaStatus.Missing, reader.ReadWindows(samples.PathOf("no.mp4"), TimeSpan.FromSeconds(5)).Single().Clip.Status);
        Assert.AreEqual(MediaStatus.Unreadable, reader.ReadWindows(samples.Write("x.mp4", new byte[999]), TimeSpan.FromSeconds(5)).Single().Clip.Status);
        var whole = File.ReadAllBytes(samples.Clip(seconds: 6, extra: "-movflags +faststart "));
        var cut = reader.ReadWindows(samples.Write("cut.mp4", whole.AsSpan(0, whole.Length * 2 / 3)), TimeSpan.FromSeconds(2)).ToList();
        Assert.AreEqual(MediaStatus.Ok, cut[0].Clip.Status, cut[0].Clip.Problem);
        Assert.AreEqual(MediaStatus.Truncated, cut[^1].Clip.Status);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => reader.ReadWindows("x", TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2)));
        Assert.HasCount(1, reader.ReadWindows(samples.PathOf("cut.mp4"), TimeSpan.FromSeconds(1)).Take(1).ToList()); // leaving early kills the child
    }
}
