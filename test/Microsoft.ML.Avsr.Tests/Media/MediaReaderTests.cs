using System.Diagnostics;
using Microsoft.ML.Avsr.Media;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Media;

[TestClass]
public sealed class MediaReaderTests
{
    [TestMethod]
    public void BothTracksComeOutAtTheWantedRates()
    {
        using var samples = new MediaSamples();
        var clip = new MediaReader().Read(samples.Clip(rate: "30"));
        Assert.AreEqual(MediaStatus.Ok, clip.Status, clip.Problem);
        Assert.AreEqual(50, clip.Video!.Frames, 1);
        Assert.AreEqual((96, 128, 25.0), (clip.Video.Height, clip.Video.Width, clip.Video.FrameRate));
        Assert.AreEqual(16000, clip.Audio!.SampleRate);
        Assert.AreEqual(32000, clip.Audio.Samples.Length, 600);
        Assert.AreEqual(440, Frequency(clip.Audio), 2);
        Assert.AreEqual(30, clip.Source!.FrameRate!.Value, 0.01);
    }

    [TestMethod]
    public void GreyLevelsSpanTheFullRange()
    {
        using var samples = new MediaSamples();
        // Left half black, right half white, in video levels (16..235).
        var path = samples.Make("levels.mp4", "-f lavfi -i color=black:size=64x64:rate=25:duration=0.4 -vf drawbox=x=32:y=0:w=32:h=64:color=white:t=fill -c:v libx264 -qp 0 -pix_fmt yuv420p");
        var video = new MediaReader().Read(path).Video!;
        Assert.AreEqual(0, video.Frame(5)[32 * 64 + 8], 2);
        Assert.AreEqual(255, video.Frame(5)[32 * 64 + 56], 2);
    }

    [TestMethod]
    public void MissingTrackIsAnAbsentModality()
    {
        using var samples = new MediaSamples();
        var both = samples.Clip();
        var silent = new MediaReader().Read(samples.Make("silent.mp4", $"-i {both} -an -c copy"));
        Assert.AreEqual(MediaStatus.VideoOnly, silent.Status);
        Assert.IsNull(silent.Audio);
        Assert.IsNotNull(silent.Video);
        StringAssert.Contains(silent.Problem, "no audio track");
        var blind = new MediaReader().Read(samples.Make("blind.m4a", $"-i {both} -vn -c copy"));
        Assert.AreEqual(MediaStatus.AudioOnly, blind.Status);
        Assert.IsNull(blind.Video);
        Assert.IsNotNull(blind.Audio);
        var wanted = new MediaReader(new MediaReaderOptions { ReadVideo = false }).Read(both);
        Assert.AreEqual(MediaStatus.Ok, wanted.Status);
        Assert.IsNull(wanted.Video);
    }

    [TestMethod]
    public void BadFilesAreStatusesWithReasons()
    {
        using var samples = new MediaSamples();
        var reader = new MediaReader();
        var missing = reader.Read(samples.PathOf("nowhere.mp4"));
        Assert.AreEqual(MediaStatus.Missing, missing.Status);
        StringAssert.Contains(missing.Problem, "nowhere.mp4");
        Assert.AreEqual(MediaStatus.Missing, reader.Read("").Status);
        Assert.AreEqual(MediaStatus.Empty, reader.Read(samples.Write("empty.mp4", [])).Status);
        var noise = new byte[5000];
        new Random(1).NextBytes(noise);
        var unreadable = reader.Read(samples.Write("noise.mp4", noise));
        Assert.AreEqual(MediaStatus.Unreadable, unreadable.Status);
        StringAssert.Contains(unreadable.Problem, "Invalid data found", "the decoder's own reason");
        var whole = File.ReadAllBytes(samples.Clip(extra: "-movflags +faststart "));
        var cut = reader.Read(samples.Write("cut.mp4", whole.AsSpan(0, whole.Length / 2)));
        Assert.AreEqual(MediaStatus.Truncated, cut.Status, cut.Problem);
        Assert.IsTrue(cut.IsUsable);
    }

    [TestMethod]
    public void AFileCannotMakeFfmpegOpenOtherFiles()
    {
        using var samples = new MediaSamples();
        var secret = samples.Clip("secret.mp4");
        foreach (var (name, text) in new[] { ("list.mp4", $"ffconcat version 1.0\nfile '{Path.GetFileName(secret)}'\n"), ("list.m3u8", $"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{Path.GetFileName(secret)}\n#EXT-X-ENDLIST\n"), ("plain.txt", string.Concat(Enumerable.Repeat("hello world\n", 500))) })
        {
            var clip = new MediaReader().Read(samples.Write(name, System.Text.Encoding.UTF8.GetBytes(text)));
            Assert.AreEqual(MediaStatus.Unreadable, clip.Status, name);
        }
    }

    [TestMethod]
    public void OddNamesAreOnlyNames()
    {
        using var samples = new MediaSamples();
        var source = samples.Clip(seconds: 0.4);
        foreach (var name in new[] { "-y.mp4", "a b'c\"d;$(x).mp4", "http:%1.mp4", "100%d.mp4", "ünï✓.mp4" })
        {
            var path = samples.PathOf(name);
            File.Copy(source, path);
            Assert.AreEqual(MediaStatus.Ok, new MediaReader().Read(path).Status, name);
        }
    }

    [TestMethod]
    public void LimitsRefuseAndNameTheOption()
    {
        using var samples = new MediaSamples();
        var path = samples.Clip(seconds: 3);
        Refused(new() { MaxDuration = TimeSpan.FromSeconds(1) }, "MaxDuration");
        Refused(new() { MaxDimension = 100 }, "MaxDimension");
        Refused(new() { MaxVideoBytes = 1 << 17 }, "MaxVideoBytes");
        Refused(new() { MaxFrames = 74 }, "MaxFrames");
        Assert.AreEqual(75, new MediaReader(new() { MaxFrames = 75 }).Read(path).Video!.Frames);
        StringAssert.Contains(new MediaReader(new() { MaxFrames = 10 }).ReadWindows(path, TimeSpan.FromSeconds(1)).Single().Clip.Problem, "MaxFrames");
        var late = new MediaReader(new() { Timeout = TimeSpan.FromMilliseconds(1) }).Read(path);
        Assert.AreEqual(MediaStatus.TimedOut, late.Status);
        var small = new MediaReader(new() { ShrinkTo = 64 }).Read(path).Video!;
        Assert.AreEqual((48, 64, 0.5), (small.Height, small.Width, small.SourceScale));
        var wrong = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new MediaReader(new() { FrameRate = 0 }));
        StringAssert.Contains(wrong.Message, "FrameRate");

        void Refused(MediaReaderOptions options, string option)
        {
            var clip = new MediaReader(options).Read(path);
            Assert.AreEqual(MediaStatus.Refused, clip.Status, clip.Problem);
            StringAssert.Contains(clip.Problem, option);
            Assert.IsFalse(clip.IsUsable);
        }
    }

    [TestMethod]
    public void CancellationKillsTheChildAtOnce()
    {
        using var samples = new MediaSamples();
        var path = samples.Clip(seconds: 100, size: "320x240");
        var bytes = File.ReadAllBytes(path);
        var reader = new MediaReader();
        foreach (var (name, read) in new (string, Action<CancellationToken>)[]
        {
            ("a file", stop => reader.Read(path, stop)),
            ("bytes", stop => reader.Read(bytes, stop)),
            ("several files", stop => reader.ReadMany([path, path, path], 2, stop).ToList()),
            ("windows", stop => reader.ReadWindows(path, TimeSpan.FromSeconds(5), default, stop).ToList()),
        })
        {
            using var stop = new CancellationTokenSource();
            stop.CancelAfter(150);
            var clock = Stopwatch.StartNew();
            Assert.Throws<OperationCanceledException>(() => read(stop.Token), name);
            Assert.IsLessThan(2.0, clock.Elapsed.TotalSeconds, name);
            Assert.IsEmpty(ChildProcesses.Decoders(), $"{name}: ffmpeg still runs, or nobody waited for its end");
        }
    }

    [TestMethod]
    public void MissingFfmpegIsAClearErrorAndWavStillWorks()
    {
        using var samples = new MediaSamples();
        var reader = new MediaReader(new() { FfmpegPath = samples.PathOf("no-ffmpeg") });
        var media = samples.Write("x.mp4", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
        StringAssert.Contains(Assert.ThrowsExactly<MediaException>(() => reader.Read(media)).Message, "Install it");
        var wav = samples.PathOf("tone.wav");
        WaveFile.Write(wav, Tone(8000, 8000));
        var clip = reader.Read(wav);
        Assert.AreEqual(MediaStatus.AudioOnly, clip.Status);
        Assert.AreEqual(16000, clip.Audio!.Samples.Length);
        Assert.AreEqual(440, Frequency(clip.Audio), 2);
    }

    [TestMethod]
    public void MemoryAndStreamsGiveWhatFilesGive()
    {
        using var samples = new MediaSamples();
        var path = samples.Clip(); // its index is at the end: the reader must be able to seek
        var expected = new MediaReader().Read(path);
        var bytes = File.ReadAllBytes(path);
        using var pipe = new ForwardOnlyStream(bytes);
        foreach (var clip in new[] { new MediaReader().Read(bytes), new MediaReader().Read(new MemoryStream(bytes)), new MediaReader().Read(pipe) })
        {
            Assert.AreEqual(MediaStatus.Ok, clip.Status, clip.Problem);
            Assert.IsTrue(expected.Video!.Pixels.Span.SequenceEqual(clip.Video!.Pixels.Span));
            Assert.IsTrue(expected.Audio!.Samples.Span.SequenceEqual(clip.Audio!.Samples.Span));
        }
        Assert.AreEqual(MediaStatus.Refused, new MediaReader().Read(new MemoryStream(bytes), maxBytes: 1000).Status);
    }

    [TestMethod]
    public void ManyFilesComeBackInOrder()
    {
        using var samples = new MediaSamples();
        var paths = Enumerable.Range(1, 6).Select(i => samples.Clip($"{i}.mp4", i * 0.2)).ToList();
        paths.Insert(3, samples.PathOf("nowhere.mp4"));
        var frames = new MediaReader().ReadMany(paths, 3).Select(c => c.Video?.Frames).ToArray();
        CollectionAssert.AreEqual(new int?[] { 5, 10, 15, null, 20, 25, 30 }, frames);
        Assert.AreEqual(5, new MediaReader().ReadMany(paths, 3).First().Video!.Frames); // leaving early stops the rest
    }

    [TestMethod]
    public void SharedProcessesGiveWhatSingleOnesGive()
    {
        using var samples = new MediaSamples();
        var reader = new MediaReader();
        var good = Enumerable.Range(1, 5).Select(i => samples.Clip($"{i}.mp4", 0.3 * i, $"{64 + 16 * i}x48", $"{10 + 5 * i}")).ToList();
        var bad = good.ToList();
        bad.Insert(2, samples.Make("silent.mp4", $"-i {good[0]} -an -c copy"));
        bad.Add(samples.Write("noise.mp4", new byte[3000]));
        bad.Add(samples.Make("sound.wav", $"-i {good[0]} -vn"));
        foreach (var paths in new[] { good, bad })
        {
            var together = reader.ReadMany(paths, 1).ToArray();
            for (var i = 0; i < paths.Count; i++)
            {
                var alone = reader.Read(paths[i]);
                Assert.AreEqual((alone.Status, alone.Problem, alone.Source), (together[i].Status, together[i].Problem, together[i].Source));
                Assert.IsTrue((alone.Video?.Pixels ?? default).Span.SequenceEqual((together[i].Video?.Pixels ?? default).Span), paths[i]);
                Assert.IsTrue((alone.Audio?.Samples ?? default).Span.SequenceEqual((together[i].Audio?.Samples ?? default).Span), paths[i]);
                Assert.AreEqual((alone.Video?.Width, alone.Video?.Height), (together[i].Video?.Width, together[i].Video?.Height));
            }
        }
    }

    [TestMethod]
    public void GridClipDecodes()
    {
        var clip = new MediaReader().Read(SharedData.Require("data/grid/clips/bbaf2n.mp4"));
        Assert.AreEqual(MediaStatus.Ok, clip.Status, clip.Problem);
        Assert.AreEqual((75, 288, 360), (clip.Video!.Frames, clip.Video.Height, clip.Video.Width));
        Assert.AreEqual(48000, clip.Audio!.Samples.Length, 400);
    }

    internal static AudioClip Tone(int count, int rate, double frequency = 440) =>
        new(Enumerable.Range(0, count).Select(i => 0.5f * (float)Math.Sin(2 * Math.PI * frequency * i / rate)).ToArray(), rate);

    /// <summary>The frequency of a clean tone, from its rising zero crossings.</summary>
    internal static double Frequency(AudioClip clip)
    {
        var x = clip.Samples.Span[(clip.Samples.Length / 10)..(clip.Samples.Length * 9 / 10)];
        var crossings = 0;
        for (var i = 1; i < x.Length; i++)
            crossings += x[i - 1] < 0 && x[i] >= 0 ? 1 : 0;
        return crossings * (double)clip.SampleRate / x.Length;
    }

    /// <summary>Gives what a socket or a pipe gives: some bytes at a time, in order, once.</summary>
    private sealed class ForwardOnlyStream(byte[] bytes) : Stream
    {
        private int _position;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            count = Math.Min(Math.Min(count, 1000), bytes.Length - _position);
            bytes.AsSpan(_position, count).CopyTo(buffer.AsSpan(offset));
            _position += count;
            return count;
        }

        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
