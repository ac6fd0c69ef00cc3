using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Avsr.Recognition;
using Microsoft.ML.Avsr.Training;
using Microsoft.ML.Data;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Pipeline;

[TestClass]
public sealed class AvsrEstimatorTests
{
    private sealed class Clip
    {
        public string Path { get; set; } = "";
        public string Label { get; set; } = "";
    }

    private static readonly ClipFolder s_clips = new(3);

    [ClassCleanup]
    public static void Cleanup() => s_clips.Dispose();

    [TestMethod]
    public void ItStatesItsOutputBeforeThereIsData()
    {
        var ml = new MLContext();
        var view = ml.Data.LoadFromEnumerable(new[] { new Clip() });
        var shape = ml.Transforms.Avsr().GetOutputSchema(SchemaShapes.Create(view.Schema));
        Assert.AreEqual("Path, Label, Transcript, Transcript.Confidence, Transcript.Status, Transcript.Modality, "
            + "Transcript.AudioLevel, Transcript.Clipping, Transcript.FrameRate, Transcript.AudioOffset, Transcript.FaceShare, Transcript.FaceScore", string.Join(", ", shape.Select(column => column.Name)));
        Assert.AreEqual(NumberDataViewType.Single, shape.Single(column => column.Name == "Transcript.Confidence").ItemType);
    }

    [TestMethod]
    public void AWrongSchemaIsRefusedBeforeAnyWork()
    {
        var ml = new MLContext();
        var estimator = ml.Transforms.Avsr();
        foreach (var (view, culprit) in new (IDataView, string)[]
        {
            (ml.Data.LoadFromEnumerable(new[] { new { Label = "" } }), "Path"),
            (ml.Data.LoadFromEnumerable(new[] { new { Path = "" } }), "Label"),
            (ml.Data.LoadFromEnumerable(new[] { new { Path = 3, Label = "" } }), "Int32"),
            (ml.Data.LoadFromEnumerable(new[] { new { Path = "", Label = new[] { "" } } }), "Vector"),
        })
        {
            StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => estimator.Fit(view)).Message, culprit);
            StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => estimator.GetOutputSchema(SchemaShapes.Create(view.Schema))).Message, culprit);
        }
    }

    [TestMethod]
    public void ImpossibleOptionsAreNamedWithTheirValue()
    {
        var ml = new MLContext();
        foreach (var (options, option) in new (AvsrEstimator.Options, string)[]
        {
            (new() { RowBatchSize = 0 }, nameof(AvsrEstimator.Options.RowBatchSize)),
            (new() { MouthRegion = MouthRegionMode.FixedBox }, nameof(AvsrEstimator.Options.MouthBox)),
            (new() { MouthBoxColumnNames = ["X", "Y"] }, nameof(AvsrEstimator.Options.MouthBoxColumnNames)),
            (new() { MouthBox = new MouthBox(0, 0, 10, 10), MouthRegion = MouthRegionMode.BoxColumns }, nameof(AvsrEstimator.Options.MouthBox)),
            (new() { Training = new AvsrTrainerOptions { TopK = 5 } }, nameof(AvsrTrainerOptions.TopK)),
            (new() { Training = new AvsrTrainerOptions { AudioRate = 0 } }, nameof(AvsrTrainerOptions.AudioRate)),
            (new() { Decoding = new DecodingOptions { BeamSize = 0 } }, nameof(DecodingOptions.BeamSize)),
        })
        {
            var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ml.Transforms.Avsr(options));
            StringAssert.Contains(error.Message, option);
        }
        Assert.Throws<ArgumentException>(() => ml.Transforms.Avsr(outputColumnName: ""));
    }

    [TestMethod]
    public void RowsThatCannotBeLearnedFromAreNamed()
    {
        var ml = new MLContext();
        var lines = new List<string>();
        ml.Log += (_, entry) => lines.Add($"{entry.Source}: {entry.RawMessage}");
        var view = ml.Data.LoadFromEnumerable(new List<Clip> { new() { Path = "lost.mp4", Label = "bin blue" }, new() { Path = s_clips.Paths[0], Label = " " } });
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => ml.Transforms.Avsr().Fit(view));
        StringAssert.Contains(error.Message, "lost.mp4");
        Assert.IsTrue(lines.Any(line => line.StartsWith("Avsr; Training: Skipped lost.mp4: Missing", StringComparison.Ordinal)), string.Join("\n", lines));
        Assert.IsTrue(lines.Any(line => line.Contains(s_clips.Paths[0]) && line.Contains("label is empty")), string.Join("\n", lines));
    }

    [TestMethod]
    public void WerCountsTheWholeCorpus()
    {
        var ml = new MLContext();
        var view = ml.Data.LoadFromEnumerable(new[]
        {
            new { Label = "bin blue at f two now", Transcript = "bin blue at f two now" },
            new { Label = "set red", Transcript = "set white please" },
            new { Label = "lay green", Transcript = "" },
        });
        var metrics = ml.Avsr().Evaluate(view);
        Assert.AreEqual((10L, 1L, 1L, 2L), (metrics.Words, metrics.Substitutions, metrics.Insertions, metrics.Deletions));
        Assert.AreEqual(0.4, metrics.WordErrorRate, 1e-12);
        Assert.AreEqual(1d / 3, metrics.SentenceAccuracy, 1e-12);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ml.Avsr().Evaluate(view, "Lable"));
    }
}
