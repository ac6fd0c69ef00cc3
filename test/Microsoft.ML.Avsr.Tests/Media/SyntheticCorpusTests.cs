using System.Security.Cryptography;
using Microsoft.ML.Avsr.Media;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using QuickStart.Corpus;

namespace Microsoft.ML.Avsr.Tests.Media;

[TestClass]
public sealed class SyntheticCorpusTests
{
    [TestMethod]
    public void SmallCorpusIsRealMediaAndRepeatable()
    {
        if (Ffmpeg.Find() is null)
            Assert.Inconclusive("Skipped: ffmpeg is not installed.");
        using var samples = new MediaSamples();
        var options = new SyntheticCorpusOptions { TrainClips = 5, TestClips = 4, TrainSpeakers = 2, UnseenSpeakers = 1, Parallelism = 2 };
        string csv;
        try
        {
            csv = SyntheticCorpus.Create(samples.PathOf("a"), options);
        }
        catch (InvalidOperationException e) when (e.Message.Contains("espeak-ng", StringComparison.Ordinal))
        {
            Assert.Inconclusive("Skipped: espeak-ng is not installed.");
            throw;
        }
        var rows = File.ReadAllLines(csv);
        Assert.AreEqual("path,split,speaker,transcript", rows[0]);
        Assert.HasCount(10, rows);
        Assert.AreEqual(5, rows.Count(r => r.Contains(",train,", StringComparison.Ordinal)));
        StringAssert.Contains(rows[^1], ",test,u1,");
        foreach (var row in rows.Skip(1))
        {
            var clip = new MediaReader().Read(Path.Combine(samples.PathOf("a"), row.Split(',')[0]));
            Assert.AreEqual(MediaStatus.Ok, clip.Status, clip.Problem);
            Assert.IsGreaterThan(1.2, clip.Video!.Duration.TotalSeconds);
            Assert.AreEqual(clip.Video.Duration.TotalSeconds, clip.Audio!.Duration.TotalSeconds, 0.1);
            Assert.IsNotNull(new FixedBoxLocator(SyntheticCorpus.MouthBox).Crop(clip.Video, out _));
        }
        SyntheticCorpus.Create(samples.PathOf("b"), options with { Parallelism = 1 });
        Assert.AreEqual(Hash(samples.PathOf("a")), Hash(samples.PathOf("b")));

        var before = File.GetLastWriteTimeUtc(csv);
        SyntheticCorpus.Create(samples.PathOf("a"), options);
        Assert.AreEqual(before, File.GetLastWriteTimeUtc(csv), "an existing corpus is used again");
    }

    [TestMethod]
    public void SentencesAreDistinctAndBalanced()
    {
        var sentences = GridSentences.Draw(500, new Random(3));
        Assert.AreEqual(500, sentences.Distinct().Count());
        Assert.IsTrue(sentences.All(s => s.Split(' ').Length == 6));
        Assert.AreEqual(20, sentences.Count(s => s.Split(' ')[3] == "q"), 1);
    }

    [TestMethod]
    public void LipsCloseForBilabialsAndRoundForU()
    {
        // "b u: f i:", 120 ms each, from 0.2 s.
        PhonemeEvent[] phonemes = [new("b", 0), new("u:", 0.12), new("f", 0.24), new("i:", 0.36)];
        var track = MouthTrack.Make(phonemes, 0.48, 0.2, 25, 25);
        Assert.AreEqual(Viseme.Rest.Open, track[0].Open, 1e-3);
        Assert.IsGreaterThan(0.8f, track.Take(9).Max(v => v.Press));
        Assert.IsGreaterThan(0.85f, track.Max(v => v.Round));
        Assert.IsGreaterThan(0.8f, track.Max(v => v.Tuck));
        Assert.IsGreaterThan(1.15f, track.Max(v => v.Width));
        Assert.AreEqual(Viseme.Rest.Open, track[^1].Open, 1e-3);
        CollectionAssert.AreEqual(new[] { 2, 2, 1, 1, 0 }, new[] { "aI", "dZ", "i:", "t#", "_:" }.Select(p => Viseme.Of(p, out _).Length).ToArray());
    }

    [TestMethod]
    public void ImpossibleOptionsAreNamed()
    {
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => SyntheticCorpus.Create("unused", new() { TrainSpeakers = 0 }));
        StringAssert.Contains(error.Message, "TrainSpeakers");
    }

    private static string Hash(string folder)
    {
        using var sum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in Directory.GetFiles(Path.Combine(folder, "clips")).Order(StringComparer.Ordinal))
            sum.AppendData(File.ReadAllBytes(file));
        return Convert.ToHexString(sum.GetHashAndReset());
    }
}
