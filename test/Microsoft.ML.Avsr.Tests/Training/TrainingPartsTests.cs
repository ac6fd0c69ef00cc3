using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Avsr.Training;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Training;

[TestClass]
public class TrainingPartsTests
{
    [TestMethod]
    public void TheScheduleRisesThenFallsToItsFloor()
    {
        var schedule = new WarmupCosineSchedule(1e-3, 10, 110, 0.01);
        Assert.AreEqual(1e-4, schedule.At(1), 1e-12);
        Assert.AreEqual(1e-3, schedule.At(10), 1e-12);
        Assert.AreEqual(1e-3 * (0.01 + 0.99 * 0.5), schedule.At(60), 1e-12);
        Assert.AreEqual(1e-5, schedule.At(110), 1e-12);
        Assert.AreEqual(1e-5, schedule.At(500), 1e-12);
    }

    [TestMethod]
    public void AnEpochHoldsEveryClipOnceWithItsLikes()
    {
        var lengths = Enumerable.Range(0, 100).Select(i => 50 + i * 37 % 101).ToArray();
        var batches = LengthBuckets.Epoch(lengths, 8, new Random(1));
        CollectionAssert.AreEquivalent(Enumerable.Range(0, 100).ToArray(), batches.SelectMany(b => b).ToArray());
        var padded = batches.Sum(b => b.Length * b.Max(i => lengths[i]));
        Assert.IsTrue(padded < 1.15 * lengths.Sum(), $"padding makes {padded} of {lengths.Sum()}");
        CollectionAssert.AreEqual(batches.SelectMany(b => b).ToArray(), LengthBuckets.Epoch(lengths, 8, new Random(1)).SelectMany(b => b).ToArray());
        CollectionAssert.AreNotEqual(batches.SelectMany(b => b).ToArray(), LengthBuckets.Epoch(lengths, 8, new Random(2)).SelectMany(b => b).ToArray());
    }

    [TestMethod]
    public void StreamsOfOneSeedDifferAndRepeat()
    {
        Assert.AreEqual(RandomStreams.Create(1, "a").Next(), RandomStreams.Create(1, "a").Next());
        Assert.AreNotEqual(RandomStreams.Create(1, "a").Next(), RandomStreams.Create(1, "b").Next());
        Assert.AreNotEqual(RandomStreams.Create(1, "a").Next(), RandomStreams.Create(2, "a").Next());
        Assert.AreNotEqual(RandomStreams.Create(1, "a", 1).Next(), RandomStreams.Create(1, "a", 2).Next());
    }

    [TestMethod]
    public void NoiseBeginsLateAndGrows()
    {
        Assert.AreEqual(0, AudioAugmenter.NoiseShare(0));
        Assert.AreEqual(0, AudioAugmenter.NoiseShare(0.59));
        Assert.AreEqual(0.4, AudioAugmenter.NoiseShare(1), 1e-12);
        Assert.AreEqual(0.2, AudioAugmenter.NoiseShare(0.8), 1e-12);
    }

    [TestMethod]
    public void VariedVideoKeepsItsSizeAndItsBrightness()
    {
        var pixels = new byte[40 * 96 * 96];
        Array.Fill(pixels, (byte)128);
        var clip = new VideoClip(pixels, 40, 96, 96, 25);
        var random = new Random(4);
        for (var i = 0; i < 20; i++)
        {
            var varied = VideoAugmenter.Vary(clip, random, out var order);
            Assert.AreEqual(order.Count * 88 * 88, varied.Length);
            Assert.IsTrue(order.Count is >= 30 and <= 44, $"{order.Count} frames");
            Assert.IsTrue(varied.All(p => p is >= 100 and <= 150));
        }
    }

    [TestMethod]
    [DataRow(0, 1)]
    [DataRow(1, 0)]
    public void ABudgetNeedsEpochs(int encoder, int languageModel) =>
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => TrainingBudget.Epochs(encoder, languageModel));
}
