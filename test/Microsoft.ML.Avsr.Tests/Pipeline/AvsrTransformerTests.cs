using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Data;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Pipeline;

[TestClass]
public sealed class AvsrTransformerTests
{
    private sealed class Clip
    {
        public string Path { get; set; } = "";
        public string Label { get; set; } = "";
        public int Number { get; set; }
        public float[] Values { get; set; } = [];
    }

    private sealed class Heard
    {
        public string Transcript { get; set; } = "";
        [ColumnName("Transcript.Confidence")]
        public float Confidence { get; set; }
        [ColumnName("Transcript.Status")]
        public string Status { get; set; } = "";
        [ColumnName("Transcript.Modality")]
        public string Modality { get; set; } = "";
        public int Number { get; set; }
        public float[] Values { get; set; } = [];
    }

    private static readonly ClipFolder s_clips = new(40);

    [ClassCleanup]
    public static void Cleanup() => s_clips.Dispose();

    internal static AvsrTransformer Transformer(FakeRecognizer recognizer, AvsrEstimator.Options? options = null, MediaColumnKind kind = MediaColumnKind.Path) =>
        new(new SharedModel(recognizer, Modality.AudioVisual, save: null), (options ?? new AvsrEstimator.Options()).Validate() with { MediaKind = kind });

    private static IDataView Data(MLContext ml, int count) => ml.Data.LoadFromEnumerable(Enumerable.Range(0, count).Select(i => new Clip
    {
        Path = s_clips.Paths[i],
        Label = "l" + i,
        Number = i,
        Values = [.. Enumerable.Range(0, i % 4).Select(v => (float)v)],
    }).ToList());

    [TestMethod]
    public void ItKeepsTheContract()
    {
        var ml = new MLContext(1);
        using var transformer = Transformer(new FakeRecognizer());
        var invalid = ml.Data.LoadFromEnumerable(new[] { new { Path = 3f } });
        PipelineContract.CheckTransformer(transformer, Data(ml, 10), invalid, savable: false);
    }

    [TestMethod]
    public void RowsInAreRowsOutWhateverIsWrongWithTheirMedia()
    {
        var ml = new MLContext();
        var empty = System.IO.Path.Combine(s_clips.Folder, "empty.mp4");
        File.WriteAllBytes(empty, []);
        var text = System.IO.Path.Combine(s_clips.Folder, "text.mp4");
        File.WriteAllText(text, "this is no film");
        var data = ml.Data.LoadFromEnumerable(new List<Clip>
        {
            new() { Path = s_clips.Paths[4] }, new() { Path = "nowhere.mp4" }, new() { Path = empty }, new() { Path = text }, new() { Path = "" }, new() { Path = s_clips.Paths[0] },
        });
        using var transformer = Transformer(new FakeRecognizer());
        var rows = ml.Data.CreateEnumerable<Heard>(transformer.Transform(data), false).ToList();
        Assert.AreEqual(6, rows.Count);
        Assert.AreEqual("8000 samples 0 frames", rows[0].Transcript);
        Assert.AreEqual(0.5f, rows[0].Confidence);
        Assert.AreEqual("Audio", rows[0].Modality);
        Assert.AreEqual("AudioOnly", rows[0].Status);
        Assert.AreEqual("Missing", rows[1].Status);
        Assert.AreEqual("Empty", rows[2].Status);
        Assert.AreEqual("Unreadable", rows[3].Status);
        Assert.AreEqual("Missing", rows[4].Status);
        foreach (var bad in rows.Skip(1).Take(4))
            Assert.AreEqual(("", 0f, "None"), (bad.Transcript, bad.Confidence, bad.Modality));
        Assert.AreEqual("1600 samples 0 frames", rows[5].Transcript);
    }

    [TestMethod]
    public void OnlyWhatIsReadIsComputed()
    {
        var ml = new MLContext();
        var recognizer = new FakeRecognizer();
        using var transformer = Transformer(recognizer);
        var output = transformer.Transform(Data(ml, 40));
        Assert.AreEqual(40, output.GetColumn<int>("Number").Count());
        CollectionAssert.AreEqual(Enumerable.Repeat("AudioOnly", 40).ToArray(), output.GetColumn<string>("Transcript.Status").ToArray());
        Assert.AreEqual(0, recognizer.Calls, "neither other columns nor the status need the model");

        output.GetColumn<string>("Transcript").First();
        Assert.AreEqual(4, recognizer.Clips, "the first block is small");

        Assert.AreEqual(40, output.GetColumn<string>("Transcript").Count());
        Assert.AreEqual(44, recognizer.Clips);
        Assert.AreEqual(1 + 4, recognizer.Calls, "blocks of 4, 8, 16 and the rest");
    }

    [TestMethod]
    public void ReadingAheadKeepsOtherColumnsInStep()
    {
        var ml = new MLContext(3);
        using var transformer = Transformer(new FakeRecognizer());
        var shuffled = ml.Data.ShuffleRows(Data(ml, 40), seed: 5);
        var rows = ml.Data.CreateEnumerable<Heard>(transformer.Transform(shuffled), reuseRowObject: true).Select(row => (row.Number, row.Transcript, row.Values.Length)).ToList();
        Assert.AreEqual(40, rows.Select(row => row.Number).Distinct().Count());
        foreach (var (number, transcript, length) in rows)
        {
            Assert.AreEqual($"{ClipFolder.Samples(number)} samples 0 frames", transcript);
            Assert.AreEqual(number % 4, length);
        }
    }

    [TestMethod]
    public void EightThreadsHearWhatOneHears()
    {
        var ml = new MLContext();
        using var transformer = Transformer(new FakeRecognizer());
        var data = Data(ml, 12);
        var expected = PipelineContract.Rows(transformer.Transform(data));
        Parallel.For(0, 8, _ => CollectionAssert.AreEqual(expected, PipelineContract.Rows(transformer.Transform(data))));
    }

    [TestMethod]
    public void AnEngineTranscribesOneClipAtATimeAndOwnsTheModel()
    {
        var ml = new MLContext();
        var recognizer = new FakeRecognizer();
        using (var engine = ml.Model.CreatePredictionEngine<Clip, Heard>(Transformer(recognizer)))
        {
            Assert.AreEqual("3200 samples 0 frames", engine.Predict(new Clip { Path = s_clips.Paths[1], Number = 7 }).Transcript);
            var again = engine.Predict(new Clip { Path = s_clips.Paths[2], Number = 8 });
            Assert.AreEqual("4800 samples 0 frames", again.Transcript);
            Assert.AreEqual(8, again.Number);
            Assert.AreEqual(2, recognizer.Calls);
        }
        Assert.IsTrue(recognizer.Disposed);
    }

    [TestMethod]
    public void SiblingsShareTheModel()
    {
        var ml = new MLContext();
        var recognizer = new FakeRecognizer();
        var transformer = Transformer(recognizer);
        var watching = transformer.WithModality(RecognitionModality.Video);
        transformer.Dispose();
        transformer.Dispose();
        Assert.IsFalse(recognizer.Disposed);
        var rows = ml.Data.CreateEnumerable<Heard>(watching.Transform(Data(ml, 2)), false).ToList();
        Assert.AreEqual(("", "None"), (rows[0].Transcript, rows[0].Modality));
        watching.Dispose();
        Assert.IsTrue(recognizer.Disposed);
        Assert.ThrowsExactly<ObjectDisposedException>(() => watching.Recognizer);
        Assert.ThrowsExactly<ObjectDisposedException>(() => watching.Transform(Data(ml, 2)).GetColumn<string>("Transcript").Count());
    }

    [TestMethod]
    public void AnOutputMayHaveTheLabelsName()
    {
        var ml = new MLContext();
        using var transformer = Transformer(new FakeRecognizer(), new AvsrEstimator.Options { OutputColumnName = "Label" });
        var output = transformer.Transform(Data(ml, 1));
        Assert.AreEqual("1600 samples 0 frames", output.GetColumn<string>("Label").Single());
        Assert.AreEqual("l0", output.GetColumn<string>(output.Schema[1]).Single());
    }

    [TestMethod]
    public void MediaMayBeInMemory()
    {
        var ml = new MLContext();
        var bytes = ml.Data.LoadFromEnumerable(new[] { new { Path = File.ReadAllBytes(s_clips.Paths[3]) } });
        using var transformer = Transformer(new FakeRecognizer());
        Assert.AreEqual("6400 samples 0 frames", transformer.Transform(bytes).GetColumn<string>("Transcript").Single());

        var clips = ml.Data.Cache(ml.Data.LoadFromEnumerable(new[] { new InMemory { Sound = ClipFolder.Tone(5), Picture = new VideoClip(new byte[4 * 20 * 30], 4, 20, 30, 25) } }));
        using var both = Transformer(new FakeRecognizer(), new AvsrEstimator.Options { AudioColumnName = "Sound", VideoColumnName = "Picture" }, MediaColumnKind.Clips);
        Assert.AreEqual("9600 samples 4 frames", both.Transform(clips).GetColumn<string>("Transcript").Single());
        Assert.AreEqual("AudioVisual", both.Transform(clips).GetColumn<string>("Transcript.Modality").Single());
    }

    private sealed class InMemory
    {
        [AudioClipType]
        public AudioClip? Sound { get; set; }
        [VideoClipType]
        public VideoClip? Picture { get; set; }
    }

    [TestMethod]
    public void ClipsOfAnotherPaceAreConverted()
    {
        var ml = new MLContext();
        var clips = ml.Data.LoadFromEnumerable(new[] { new InMemory { Sound = new AudioClip(new float[44100], 44100), Picture = new VideoClip(new byte[30 * 20 * 30], 30, 20, 30, 30) } });
        using var both = Transformer(new FakeRecognizer(), new AvsrEstimator.Options { AudioColumnName = "Sound", VideoColumnName = "Picture" }, MediaColumnKind.Clips);
        Assert.AreEqual("16000 samples 25 frames", both.Transform(clips).GetColumn<string>("Transcript").Single());
    }

    [TestMethod]
    public void ACancelledTokenStopsCursors()
    {
        var ml = new MLContext();
        using var source = new CancellationTokenSource();
        using var transformer = new AvsrTransformer(new SharedModel(new FakeRecognizer(), Modality.AudioVisual, null),
            new AvsrEstimator.Options().Validate(), cancellationToken: source.Token);
        var output = transformer.Transform(Data(ml, 3));
        Assert.AreEqual(3, output.GetColumn<string>("Transcript").Count());
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => output.GetColumn<string>("Transcript").Count());
    }
}
