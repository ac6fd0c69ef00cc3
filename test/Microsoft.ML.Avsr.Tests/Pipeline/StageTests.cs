using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Avsr.Text;
using Microsoft.ML.Data;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Pipeline;

/// <summary>The stages without a model: alone, saved, and in front of the recogniser.</summary>
[TestClass]
public sealed class StageTests
{
    private sealed class Clip
    {
        public string Path { get; set; } = "";
        public string Label { get; set; } = "";
    }

    private sealed class Film
    {
        [VideoClipType]
        public VideoClip? Video { get; set; }
        public float X { get; set; }
        public float Y { get; set; } = 4;
        public float Width { get; set; } = 24;
        public float Height { get; set; } = 16;
    }

    private static readonly ClipFolder s_clips = new(10);

    [ClassCleanup]
    public static void Cleanup() => s_clips.Dispose();

    private static IDataView Clips(MLContext ml) => ml.Data.LoadFromEnumerable(
        s_clips.Paths.Append("lost.wav").Select((path, i) => new Clip { Path = path, Label = $"It's number {i}!" }).ToList());

    private static IDataView Films(MLContext ml) => ml.Data.LoadFromEnumerable(Enumerable.Range(0, 5).Select(i =>
    {
        var pixels = new byte[(i + 1) * 40 * 50];
        new Random(i).NextBytes(pixels);
        return new Film { Video = i == 3 ? null : new VideoClip(pixels, i + 1, 40, 50, 25), X = i };
    }).ToList());

    private static IDataView Nothing(MLContext ml) => ml.Data.LoadFromEnumerable(new[] { new { Path = 1, Video = "", Label = 2f } });

    [TestMethod]
    public void LoadSpeechMediaKeepsTheContract()
    {
        var ml = new MLContext();
        PipelineContract.Check(ml.Transforms.LoadSpeechMedia(), Clips(ml), Nothing(ml));
        var bytes = ml.Data.LoadFromEnumerable(s_clips.Paths.Take(2).Select(path => new { Path = File.ReadAllBytes(path) }).ToList());
        PipelineContract.Check(ml.Transforms.LoadSpeechMedia("Sound", "Picture"), bytes, Nothing(ml));
    }

    [TestMethod]
    public void CropMouthRegionKeepsTheContract()
    {
        var ml = new MLContext();
        PipelineContract.Check(ml.Transforms.CropMouthRegion(mouthBox: new MouthBox(10, 10, 20, 20)), Films(ml), Nothing(ml));
        PipelineContract.Check(ml.Transforms.CropMouthRegion(new MouthRegionCroppingEstimator.Options { OutputColumnName = "Video", MouthBoxColumnNames = ["X", "Y", "Width", "Height"] }), Films(ml), Nothing(ml));
        var mouths = ml.Transforms.CropMouthRegion().Fit(Films(ml)).Transform(Films(ml)).GetColumn<VideoClip>("Mouth").ToArray();
        Assert.AreEqual((96, 96, 5), (mouths[4].Height, mouths[4].Width, mouths[4].Frames));
        Assert.IsNull(mouths[3]);
    }

    [TestMethod]
    public void MouthsOfRealFacesAreFoundByThemselves()
    {
        var detector = SharedData.Require("data/face/yunet_n_dynamic.onnx");
        var film = SharedData.Require("data/grid/clips/bbaf2n.mp4");
        var ml = new MLContext();
        var data = ml.Data.LoadFromEnumerable(new[] { new Clip { Path = film } });
        var chain = ml.Transforms.LoadSpeechMedia().Append(ml.Transforms.CropMouthRegion(new MouthRegionCroppingEstimator.Options { FaceDetectorPath = detector }));
        using var model = chain.Fit(data);
        var mouth = model.Transform(data).GetColumn<VideoClip>("Mouth").Single();
        Assert.AreEqual((96, 96, 75), (mouth.Height, mouth.Width, mouth.Frames));

        using var whole = AvsrTransformerTests.Transformer(new FakeRecognizer(), new AvsrEstimator.Options { FaceDetectorPath = detector });
        Assert.AreEqual("Ok", whole.Transform(data).GetColumn<string>("Transcript.Status").Single());
        StringAssert.EndsWith(whole.Transform(data).GetColumn<string>("Transcript").Single(), "75 frames");

        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ml.Transforms.Avsr(new AvsrEstimator.Options { FaceDetectorPath = "nowhere.onnx" }));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ml.Transforms.Avsr(new AvsrEstimator.Options { MouthRegion = MouthRegionMode.DetectedFace }));
    }

    [TestMethod]
    public void NormalizeTranscriptKeepsTheContract()
    {
        var ml = new MLContext();
        PipelineContract.Check(ml.Transforms.NormalizeTranscript("Plain", "Label"), Clips(ml), Nothing(ml));
        PipelineContract.Check(ml.Transforms.NormalizeTranscript("Label", normalization: TranscriptNormalization.LowerCase), Clips(ml), Nothing(ml));
        Assert.AreEqual("it is number 0", ml.Transforms.NormalizeTranscript("Plain", "Label").Fit(Clips(ml)).Transform(Clips(ml)).GetColumn<string>("Plain").First());
    }

    [TestMethod]
    public void AStageMayBeForTrainingAlone()
    {
        var ml = new MLContext();
        var data = Clips(ml);
        var chain = ml.Transforms.LoadSpeechMedia("Sound", "Picture")
            .Append(ml.Transforms.NormalizeTranscript("Plain", "Label"), TransformerScope.TrainTest)
            .Append(ml.Transforms.CopyColumns("File", "Path"));
        using var model = chain.Fit(data);
        Assert.IsNull(model.Transform(data).Schema.GetColumnOrNull("Plain"), "scoring leaves it out");
        var training = model.Transform(data, TransformerScope.TrainTest);
        Assert.AreEqual("it is number 0", training.GetColumn<string>("Plain").First());
        using var stream = new MemoryStream();
        ml.Model.Save(model, data.Schema, stream);
        stream.Position = 0;
        var loaded = new MLContext().Model.Load(stream, out _).Transform(data);
        Assert.IsNull(loaded.Schema.GetColumnOrNull("Plain"));
        Assert.AreEqual(11, loaded.GetColumn<string>("File").Count());
    }

    [TestMethod]
    public void StagesMayBeCancelled()
    {
        var ml = new MLContext();
        using var source = new CancellationTokenSource();
        var loaded = ml.Transforms.LoadSpeechMedia(new SpeechMediaLoadingEstimator.Options { CancellationToken = source.Token }).Fit(Clips(ml)).Transform(Clips(ml));
        Assert.AreEqual(11, loaded.GetColumn<string>("MediaStatus").Count());
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => loaded.GetColumn<string>("MediaStatus").Count());
    }

    [TestMethod]
    public void ImpossibleOptionsAreRefused()
    {
        var ml = new MLContext();
        Assert.Throws<ArgumentException>(() => ml.Transforms.LoadSpeechMedia(audioColumnName: " "));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ml.Transforms.LoadSpeechMedia(new SpeechMediaLoadingEstimator.Options { RowBatchSize = 0 }));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ml.Transforms.CropMouthRegion(mouthBox: new MouthBox(0, 0, 0, 5)));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ml.Transforms.CropMouthRegion(new MouthRegionCroppingEstimator.Options { MouthBoxColumnNames = ["X"] }));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ml.Transforms.NormalizeTranscript("A", "B", (TranscriptNormalization)99));
    }

    [TestMethod]
    public void TheRecogniserTakesWhatStagesMakeAndCachesKeep()
    {
        var ml = new MLContext();
        var data = Clips(ml);
        var loaded = ml.Data.Cache(ml.Transforms.LoadSpeechMedia("Sound", "Picture").Fit(data).Transform(data));
        Assert.AreEqual(11, loaded.GetColumn<AudioClip>("Sound").Count());
        using var onClips = AvsrTransformerTests.Transformer(new FakeRecognizer(), new AvsrEstimator.Options { AudioColumnName = "Sound", VideoColumnName = "Picture" }, MediaColumnKind.Clips);
        using var onPaths = AvsrTransformerTests.Transformer(new FakeRecognizer());
        var shuffled = ml.Data.ShuffleRows(loaded, seed: 2);
        CollectionAssert.AreEquivalent(
            onPaths.Transform(data).GetColumn<string>("Transcript").ToArray(), onClips.Transform(shuffled).GetColumn<string>("Transcript").ToArray());
    }
}
