using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using Microsoft.ML.Avsr.Media;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using static Microsoft.ML.Avsr.Media.MediaStatus;

namespace Microsoft.ML.Avsr.Tests.Media;

/// <summary>Broken and odd files, each with the outcomes that are declared for it. None may throw, hang or leave anything behind.</summary>
[TestClass]
public sealed class HostileMediaTests
{
    private static readonly MediaStatus[] s_partial = [Unreadable, Truncated, Damaged, AudioOnly, VideoOnly, Empty, NoTracks];
    private static readonly MediaStatus[] s_anything = [.. s_partial, Ok, Refused];

    private static readonly MediaReader s_reader = new(new MediaReaderOptions { Timeout = TimeSpan.FromSeconds(10), MaxDuration = TimeSpan.FromSeconds(20), MaxVideoBytes = 1 << 28 });

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void EveryBrokenFileHasItsDeclaredOutcome()
    {
        using var samples = new MediaSamples();
        var scratchBefore = Scratch();
        using var memory = new MemoryWatch();
        var slowest = (Name: "", Seconds: 0.0);
        var counts = new SortedDictionary<MediaStatus, int>();
        var files = Files(samples).ToList();
        foreach (var (path, allowed) in files)
        {
            var name = Path.GetFileName(path);
            var clock = Stopwatch.StartNew();
            var clip = s_reader.Read(path);
            if (clock.Elapsed.TotalSeconds > slowest.Seconds)
                slowest = (name, clock.Elapsed.TotalSeconds);
            CollectionAssert.Contains(allowed, clip.Status, $"{name}: {clip.Problem}");
            Assert.AreEqual(clip.Status == Ok, clip.Problem is null, $"{name}: a status without its reason");
            if (clip.Status is Missing or Empty or Unreadable or NoTracks or Refused or TimedOut)
                Assert.IsFalse(clip.IsUsable, name);
            Assert.IsTrue(clip.Audio is null || clip.Audio.Samples.ToArray().All(s => Math.Abs(s) <= 16), $"{name}: wild samples");
            counts[clip.Status] = counts.GetValueOrDefault(clip.Status) + 1;
        }
        // From memory: a pipe that ffmpeg makes seekable by a temporary file.
        foreach (var (path, allowed) in files)
        {
            var name = Path.GetFileName(path);
            var clock = Stopwatch.StartNew();
            var clip = s_reader.Read(File.ReadAllBytes(path));
            if (clock.Elapsed.TotalSeconds > slowest.Seconds)
                slowest = (name + " in memory", clock.Elapsed.TotalSeconds);
            CollectionAssert.Contains(allowed, clip.Status, $"{name} in memory: {clip.Problem}");
        }
        Assert.IsLessThan(11.0, slowest.Seconds, slowest.Name);
        // The same rows in one go: one clip each, in order.
        var many = s_reader.ReadMany(files.Select(f => f.Path)).ToList();
        Assert.HasCount(files.Count, many);
        for (var i = 0; i < many.Count; i++)
            CollectionAssert.Contains(files[i].Allowed, many[i].Status, files[i].Path);
        CollectionAssert.AreEqual(scratchBefore, Scratch(), "temporary files are left");
        Assert.IsEmpty(ChildProcesses.Decoders(), "decoders are left");
        TestContext.WriteLine($"memory {memory.Before >> 20} MB before, at most {memory.Peak >> 20} MB");
        // Two decoders' clips of at most 256 MB each (MaxVideoBytes) may be held at a time.
        Assert.IsLessThan(600L << 20, memory.Peak - memory.Before);
        TestContext.WriteLine($"{files.Count} files: {string.Join(", ", counts.Select(c => $"{c.Value} {c.Key}"))}; slowest {slowest.Name} {slowest.Seconds:0.00} s");
    }

    private static List<string> Scratch() => [.. Directory.GetFiles(Path.GetTempPath(), "ffcache*").Order()];

    private static IEnumerable<(string Path, MediaStatus[] Allowed)> Files(MediaSamples samples)
    {
        yield return (samples.Write("empty.mp4", []), [Empty]);
        yield return (samples.Write("zeros.mp4", new byte[4000]), [Unreadable]);
        yield return (samples.Write("text.mp4", Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("path,split,speaker\n", 300)))), [Unreadable]);
        foreach (var (container, extra) in new[] { ("mp4", "-movflags +faststart "), ("mkv", "") })
        {
            var whole = File.ReadAllBytes(samples.Clip($"whole.{container}", 1, "96x64", extra: extra));
            yield return (samples.Write($"header.{container}", whole.AsSpan(0, 40)), [Unreadable, NoTracks]);
            for (var i = 1; i < 16; i++)
                yield return (samples.Write($"cut{i:00}.{container}", whole.AsSpan(0, whole.Length * i / 16)), [.. s_partial, .. (i > 12 ? (MediaStatus[])[Ok] : [])]);
            for (var seed = 0; seed < 8; seed++)
            {
                var random = new Random(seed);
                var flipped = whole.ToArray();
                for (var n = 0; n < 1 << seed; n++)
                    flipped[random.Next(flipped.Length)] ^= (byte)(1 << random.Next(8));
                yield return (samples.Write($"flip{seed}.{container}", flipped), s_anything);
            }
        }
        foreach (var (name, header, allowed) in new (string, string, MediaStatus[])[]
        {
            ("huge", "W60000 H60000 F25:1", [Refused, Unreadable]), ("wide", "W9000 H4 F25:1", [Refused]), ("point", "W1 H1 F25:1", [Unreadable]),
            ("nothing", "W0 H0 F25:1", [Unreadable]), ("negative", "W-5 H7 F25:1", [Unreadable]), ("fast", "W8 H8 F1000000:1", s_anything),
            ("still", "W8 H8 F0:0", s_anything), ("slow", "W8 H8 F1:100000", s_anything),
        })
        {
            var frames = new byte[20000];
            var text = Encoding.ASCII.GetBytes($"YUV4MPEG2 {header} Ip C420jpeg\nFRAME\n");
            text.CopyTo(frames, 0);
            if (name == "point")
                frames = [.. text, 100, 128, 128, .. "FRAME\n"u8, 100, 128, 128];
            yield return (samples.Write($"{name}.y4m", frames), allowed);
        }
        foreach (var (name, size, rate, seconds) in new[] { ("onefps", "64x64", "1", 3.0), ("manyfps", "64x64", "120", 1), ("large", "3840x2160", "25", 0.2), ("thin", "160x16", "25", 1), ("odd", "66x34", "24000/1001", 1) })
            yield return (samples.Clip($"{name}.mp4", seconds, size, rate), [Ok]);
        yield return (samples.Make("turned.mp4", $"-i {samples.PathOf("odd.mp4")} -c copy -metadata:s:v:0 rotate=270"), [Ok]);
        yield return (samples.Make("infinite.wav", "-f lavfi -i aevalsrc=1/0:duration=0.5:sample_rate=16000 -c:a pcm_f32le"), [Damaged]);
        yield return (samples.Make("black.mp4", "-f lavfi -i color=black:size=128x96:rate=25:duration=1 -f lavfi -i sine=duration=1 -c:v libx264 -pix_fmt yuv420p -c:a aac"), [Ok]);
        yield return (samples.Make("dot.mkv", "-f lavfi -i color=white:size=64x64:rate=25:duration=1 -vf scale=1:1,format=gray -c:v rawvideo -pix_fmt gray"), [Unreadable]);
        yield return (samples.Make("dotsound.mkv", $"-i {samples.PathOf("dot.mkv")} -f lavfi -i sine=duration=1 -c:v copy -c:a pcm_s16le"), [AudioOnly]);
        yield return (samples.Write("one.wav", WaveFileTests.Wave(new byte[2], 1, 16000, 16, false, false)), [AudioOnly]);
        yield return (samples.Write("none.wav", WaveFileTests.Wave([], 1, 16000, 16, false, false)), [Empty]);
        yield return (samples.Write("channels.wav", WaveFileTests.Wave(new byte[64 * 2 * 800], 64, 16000, 16, false, true)), [AudioOnly]);
        yield return (samples.Write("nohertz.wav", WaveFileTests.Wave(new byte[100], 1, 0, 16, false, false)), [Unreadable]);
        yield return (samples.Write("nan.wav", WaveFileTests.Wave([.. Enumerable.Repeat(BitConverter.GetBytes(float.NaN), 500).SelectMany(b => b)], 1, 16000, 32, true, false)), [Damaged]);
        yield return (samples.Write("long.wav", WaveFileTests.Wave(new byte[2 * 16000 * 21], 1, 16000, 16, false, false)), [Refused]);
        yield return (samples.Make("silence.mp4", "-f lavfi -i color=black:size=64x64:rate=25:duration=1 -f lavfi -i anullsrc=sample_rate=16000:duration=1 -t 1 -c:v libx264 -pix_fmt yuv420p -c:a aac"), [Ok]);
        yield return (samples.Make("oneframe.mp4", "-f lavfi -i color=gray:size=64x64:rate=25:duration=0.04 -c:v libx264 -pix_fmt yuv420p"), [VideoOnly]);
        yield return (samples.Make("picture.png", "-f lavfi -i color=gray:size=64x64:rate=25:duration=0.04"), [Unreadable]);
        yield return (samples.Clip("long.mp4", 21.5, "32x32", "5"), [Refused]);
        var lying = File.ReadAllBytes(samples.Clip("lying.mp4", 1, "64x64"));
        var movieHeader = lying.AsSpan().IndexOf("mvhd"u8);
        BinaryPrimitives.WriteUInt32BigEndian(lying.AsSpan(movieHeader + 20), 0x7FFFFFF0);
        yield return (samples.Write("lying.mp4", lying), [Ok, Truncated, Refused]);
        var cover = samples.PathOf("picture.png");
        yield return (samples.Make("cover.mp3", $"-f lavfi -i sine=duration=1 -i {cover} -map 0:a -map 1:v -c:v copy -disposition:v attached_pic"), [AudioOnly]);
        // A video track that no decoder knows must not take the sound with it.
        var unknown = File.ReadAllBytes(samples.Clip("unknown.mp4", 1, "64x64"));
        "zzzz"u8.CopyTo(unknown.AsSpan(unknown.AsSpan().IndexOf("avc1avcC"u8) is var at && at >= 0 ? at : unknown.AsSpan().LastIndexOf("avc1"u8)));
        yield return (samples.Write("unknown.mp4", unknown), [AudioOnly]);
    }
}
