using Microsoft.ML.Avsr.Features;
using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using Microsoft.ML.Data;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Pipeline;

[TestClass]
public sealed class EvaluationTests
{
    private sealed class Row
    {
        public string Path { get; set; } = "";
        public string Label { get; set; } = "";
        public string Transcript { get; set; } = "";
        public string Other { get; set; } = "";
    }

    /// <summary>A transcript of the label's name hides the label: compared with itself it would have no errors.</summary>
    [TestMethod]
    public void ALabelIsNotComparedWithItself()
    {
        var ml = new MLContext(1);
        var data = ml.Data.LoadFromEnumerable([new { Transcript = "bin blue" }]);
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => ml.Avsr().Evaluate(data, "Transcript")).Message, "OutputColumnName");
        Assert.ThrowsExactly<ArgumentException>(() => ml.Avsr().ScoreRows(data, "Transcript"));
        Assert.ThrowsExactly<ArgumentException>(() => ml.Avsr().Compare(data, "Other", "Transcript", "Transcript"));
        Assert.ThrowsExactly<ArgumentException>(() => ml.Avsr().CrossValidate(data, ml.Transforms.Avsr(), labelColumnName: "Transcript"));
    }

    [TestMethod]
    public void ConfusionsAreTheErrorsThatWereCounted()
    {
        var ml = new MLContext();
        var random = new Random(4);
        string Sentence() => string.Join(' ', Enumerable.Range(0, random.Next(0, 8)).Select(_ => "abcd"[random.Next(4)]));
        var rows = Enumerable.Range(0, 300).Select(_ => new Row { Label = Sentence(), Transcript = Sentence() }).ToList();
        var metrics = ml.Avsr().Evaluate(ml.Data.LoadFromEnumerable(rows));
        Assert.AreEqual(metrics.Substitutions + metrics.Insertions + metrics.Deletions, metrics.Confusions.Sum(c => c.Count));
        Assert.IsTrue(metrics.Confusions.Zip(metrics.Confusions.Skip(1)).All(pair => pair.First.Count >= pair.Second.Count));

        var one = ml.Avsr().Evaluate(ml.Data.LoadFromEnumerable(new[] { new Row { Label = "bin blue at f two", Transcript = "please bin red at two" } }));
        CollectionAssert.AreEquivalent(
            new[] { new WordConfusion("blue", "red", 1), new WordConfusion("f", null, 1), new WordConfusion(null, "please", 1) }, one.Confusions.ToArray());
    }

    [TestMethod]
    public void TheIntervalHoldsTheRateAndShrinksWithData()
    {
        var ml = new MLContext();
        IDataView Data(int count) => ml.Data.LoadFromEnumerable(Enumerable.Range(0, count).Select(i => new Row { Label = "a b c d", Transcript = i % 4 == 0 ? "a b" : "a b c d" }).ToList());
        var few = ml.Avsr().Evaluate(Data(40)).WordErrorRateInterval();
        var many = ml.Avsr().Evaluate(Data(4000)).WordErrorRateInterval();
        Assert.IsTrue(few.Lower < 0.125 && 0.125 < few.Upper);
        Assert.IsTrue(many.Upper - many.Lower < 0.2 * (few.Upper - few.Lower));
        // The standard error of the share is sqrt(0.25 * 0.75 / n), halved because half of a bad sentence is wrong.
        Assert.AreEqual(2 * 1.96 * 0.5 * Math.Sqrt(0.1875 / 4000), many.Upper - many.Lower, 0.002);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ml.Avsr().Evaluate(Data(4)).WordErrorRateInterval(1.5));
    }

    [TestMethod]
    public void AClearDifferenceIsSignificantAndNoiseIsNot()
    {
        var ml = new MLContext();
        var rows = Enumerable.Range(0, 60).Select(i => new Row
        {
            Label = "a b c",
            Transcript = i % 2 == 0 ? "a b c" : "a b",
            Other = i % 2 == 1 ? "a b c" : "a b",
            Path = i % 20 == 0 ? "a b" : "a b c",
        }).ToList();
        var data = ml.Data.LoadFromEnumerable(rows);
        var same = ml.Avsr().Compare(data, "Transcript", "Other");
        Assert.AreEqual(0, same.Difference, 1e-12);
        Assert.IsTrue(same.PValue > 0.9);
        var better = ml.Avsr().Compare(data, "Transcript", "Path");
        Assert.AreEqual(1 / 60.0 - 1 / 6.0, better.Difference, 1e-12);
        Assert.IsTrue(better.PValue < 0.001, $"{better.PValue}");
    }

    [TestMethod]
    public void RowsCarryTheirOwnErrors()
    {
        var ml = new MLContext();
        var scored = ml.Avsr().ScoreRows(ml.Data.LoadFromEnumerable(new[] { new Row { Label = "a b", Transcript = "a c d" }, new Row { Label = "a b", Transcript = "b" } }));
        CollectionAssert.AreEqual(new[] { 2, 2 }, scored.GetColumn<int>("Transcript.Words").ToArray());
        CollectionAssert.AreEqual(new[] { 1, 0 }, scored.GetColumn<int>("Transcript.Substitutions").ToArray());
        CollectionAssert.AreEqual(new[] { 1, 0 }, scored.GetColumn<int>("Transcript.Insertions").ToArray());
        CollectionAssert.AreEqual(new[] { 0, 1 }, scored.GetColumn<int>("Transcript.Deletions").ToArray());
    }

    private sealed class Sound
    {
        [AudioClipType]
        public AudioClip? Audio { get; set; }
        public string Label { get; set; } = "";
    }

    /// <summary>Answers with the level of what it hears.</summary>
    private sealed class LevelMeter : ISpeechRecognizer
    {
        public int Clips { get; private set; }

        public IReadOnlyList<Transcription> Transcribe(IReadOnlyList<SpeechInput> batch, CancellationToken cancellationToken = default)
        {
            Clips += batch.Count;
            return [.. batch.Select(input => new Transcription(input.Audio is { } audio && Power(audio) > 0.1 ? "loud" : "quiet", 1, input.Available, []))];
        }

        public void Dispose() { }

        private static double Power(AudioClip audio) => audio.Samples.ToArray().Average(v => (double)v * v);
    }

    [TestMethod]
    public void NoiseTablesHoldKindsLevelsAndStreams()
    {
        var ml = new MLContext();
        // A tone of power 0.045: with noise at 0 dB there is twice that, at 20 dB hardly more than before.
        var data = ml.Data.LoadFromEnumerable(Enumerable.Range(0, 3).Select(i => new Sound { Audio = ClipFolder.Tone(i + 5), Label = "quiet" }).ToList());
        var meter = new LevelMeter();
        var options = new AvsrEstimator.Options { AudioColumnName = "Audio" };
        using var transformer = new AvsrTransformer(new SharedModel(meter, Modality.Audio, save: null), options.Validate() with { MediaKind = MediaColumnKind.Clips });
        var cells = ml.Avsr().EvaluateNoise(transformer, data, signalToNoiseRatios: [null, 20, -5], noises: [NoiseType.Babble, NoiseType.White, NoiseType.Pink]);
        CollectionAssert.AreEqual(
            new[] { "Babble clean", "Babble 20", "Babble -5", "White clean", "White 20", "White -5", "Pink clean", "Pink 20", "Pink -5" }, cells.Select(cell => $"{cell.Noise} {cell.Name}").ToArray());
        foreach (var cell in cells)
            Assert.AreEqual(cell.Snr == -5 ? 3 : 0, cell.Words.Errors, $"{cell.Noise} {cell.Name}");
        Assert.AreEqual(7 * 3, meter.Clips, "clean is measured once");
    }

    [TestMethod]
    public void NoiseIsAtItsLevelAndOfItsColour()
    {
        const int count = 1 << 15;
        var white = SteadyNoise.White(count, new Random(1));
        var pink = SteadyNoise.Pink(count, new Random(1));
        // Neighbours of white noise have nothing in common; those of pink noise do.
        Assert.AreEqual(0, Correlation(white), 0.03);
        Assert.IsTrue(Correlation(pink) > 0.6, $"{Correlation(pink)}");
        CollectionAssert.AreEqual(white, SteadyNoise.White(count, new Random(1)));
        var speech = ClipFolder.Tone(3).Samples.ToArray();
        foreach (var noise in new[] { white, pink })
        {
            var mixed = NoiseMixer.Mix(speech, noise.AsSpan(0, speech.Length), 0);
            var added = mixed.Zip(speech, (m, s) => (double)(m - s)).ToArray();
            Assert.AreEqual(1, added.Sum(v => v * v) / speech.Sum(v => (double)v * v), 0.01, "0 dB is 0 dB");
        }

        static double Correlation(float[] noise) => noise.Zip(noise.Skip(1), (a, b) => (double)a * b).Sum() / noise.Sum(v => (double)v * v);
    }

    [TestMethod]
    public void CrossValidationUsesEveryRowOnce()
    {
        var ml = new MLContext(seed: 2);
        var data = ml.Data.LoadFromEnumerable(Enumerable.Range(0, 40).Select(i => new Row { Label = "a b", Other = i % 4 == 0 ? "a" : "a b" }).ToList());
        var results = ml.Avsr().CrossValidate(data, ml.Transforms.CopyColumns("Transcript", "Other"), numberOfFolds: 4);
        CollectionAssert.AreEqual(new[] { 0, 1, 2, 3 }, results.Select(result => result.Fold).ToArray());
        Assert.AreEqual(40, results.Sum(result => result.Metrics.Sentences));
        Assert.AreEqual(10, results.Sum(result => result.Metrics.Deletions));
    }
}
