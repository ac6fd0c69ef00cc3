using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Data;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Pipeline;

/// <summary>Signals of quality beside the status, and what is done about rows that lack a stream.</summary>
[TestClass]
public sealed class QualityTests
{
    private sealed class Clip
    {
        public string Path { get; set; } = "";
        public string Label { get; set; } = "a";
    }

    private sealed class InMemory
    {
        [AudioClipType]
        public AudioClip? Sound { get; set; }
        [VideoClipType]
        public VideoClip? Picture { get; set; }
    }

    private sealed class Heard
    {
        public string Transcript { get; set; } = "";
        [ColumnName("Transcript.Status")]
        public string Status { get; set; } = "";
        [ColumnName("Transcript.Modality")]
        public string Modality { get; set; } = "";
    }

    private static readonly ClipFolder s_clips = new(3);

    [ClassCleanup]
    public static void Cleanup() => s_clips.Dispose();

    [TestMethod]
    public void SignalsStandBesideTheStatus()
    {
        var ml = new MLContext();
        var recognizer = new FakeRecognizer();
        using var transformer = AvsrTransformerTests.Transformer(recognizer);
        var output = transformer.Transform(ml.Data.LoadFromEnumerable(new[] { new Clip { Path = s_clips.Paths[2] }, new Clip { Path = "nowhere.mp4" } }));
        // 0.3 at its peaks.
        var levels = output.GetColumn<float>("Transcript.AudioLevel").ToArray();
        Assert.AreEqual(10 * Math.Log10(0.3 * 0.3 / 2), levels[0], 0.1);
        Assert.IsTrue(float.IsNaN(levels[1]));
        Assert.AreEqual(0f, output.GetColumn<float>("Transcript.Clipping").First());
        foreach (var name in new[] { "FrameRate", "AudioOffset", "FaceShare", "FaceScore" })
            Assert.IsTrue(output.GetColumn<float>("Transcript." + name).All(float.IsNaN), name);
        Assert.AreEqual(0, recognizer.Calls, "signals need no model");

        var loaded = ml.Transforms.LoadSpeechMedia().Fit(output).Transform(ml.Data.LoadFromEnumerable(new[] { new Clip { Path = s_clips.Paths[2] } }));
        Assert.AreEqual(levels[0], loaded.GetColumn<float>("MediaStatus.AudioLevel").Single());
    }

    [TestMethod]
    public void RealFacesHaveTheirShareAndScore()
    {
        var detector = SharedData.Require("data/face/yunet_n_dynamic.onnx");
        var ml = new MLContext();
        var data = ml.Data.LoadFromEnumerable(new[] { new Clip { Path = SharedData.Require("data/grid/clips/bbaf2n.mp4") } });
        using var transformer = AvsrTransformerTests.Transformer(new FakeRecognizer(), new AvsrEstimator.Options { FaceDetectorPath = detector });
        var output = transformer.Transform(data);
        Assert.AreEqual(1f, output.GetColumn<float>("Transcript.FaceShare").Single());
        Assert.IsInRange(0.8f, 1f, output.GetColumn<float>("Transcript.FaceScore").Single());
        Assert.AreEqual(25f, output.GetColumn<float>("Transcript.FrameRate").Single(), 0.01f);
        Assert.AreEqual(0f, output.GetColumn<float>("Transcript.AudioOffset").Single(), 0.05f);

        using var model = ml.Transforms.LoadSpeechMedia().Append(ml.Transforms.CropMouthRegion(new MouthRegionCroppingEstimator.Options { FaceDetectorPath = detector })).Fit(data);
        Assert.AreEqual(1f, model.Transform(data).GetColumn<float>("Mouth.FaceShare").Single());
    }

    [TestMethod]
    public void APolicySaysWhatAMissingStreamDoes()
    {
        var ml = new MLContext();
        var clips = ml.Data.LoadFromEnumerable(new[]
        {
            new InMemory { Sound = ClipFolder.Tone(5), Picture = Film() }, new InMemory { Sound = ClipFolder.Tone(5) }, new InMemory { Picture = Film() }, new InMemory(),
        });
        CollectionAssert.AreEqual(new[] { "Ok AudioVisual", "AudioOnly Audio", "VideoOnly Video", "Missing None" }, Rows(MissingModality.UseOther));
        CollectionAssert.AreEqual(new[] { "Ok AudioVisual", "AudioOnly None", "VideoOnly None", "Missing None" }, Rows(MissingModality.Skip));
        var error = Assert.ThrowsExactly<AvsrMediaException>(() => Rows(MissingModality.Throw));
        Assert.AreEqual(MediaStatus.AudioOnly, error.Status);
        StringAssert.Contains(error.Message, nameof(MissingModality));
        // What is not asked for is not missing.
        CollectionAssert.AreEqual(new[] { "Ok Audio", "Ok Audio" }, Rows(MissingModality.Throw, RecognitionModality.Audio, 2));

        string[] Rows(MissingModality policy, RecognitionModality modality = default, int count = 4)
        {
            using var transformer = AvsrTransformerTests.Transformer(new FakeRecognizer(),
                new AvsrEstimator.Options { AudioColumnName = "Sound", VideoColumnName = "Picture", MissingModality = policy, Modality = modality }, MediaColumnKind.Clips);
            return [.. ml.Data.CreateEnumerable<Heard>(transformer.Transform(ml.Data.TakeRows(clips, count)), false).Select(row => $"{row.Status} {row.Modality}")];
        }
    }

    [TestMethod]
    public void ThePolicyHoldsForFilesAndInTraining()
    {
        var ml = new MLContext();
        var data = ml.Data.LoadFromEnumerable(new[] { new Clip { Path = s_clips.Paths[0] } });
        using var transformer = AvsrTransformerTests.Transformer(new FakeRecognizer(), new AvsrEstimator.Options { MissingModality = MissingModality.Skip });
        var row = ml.Data.CreateEnumerable<Heard>(transformer.Transform(data), false).Single();
        Assert.AreEqual(("", "AudioOnly", "None"), (row.Transcript, row.Status, row.Modality));

        var skipping = Assert.ThrowsExactly<InvalidOperationException>(() => ml.Transforms.Avsr(new AvsrEstimator.Options { MissingModality = MissingModality.Skip }).Fit(data));
        StringAssert.Contains(skipping.Message, s_clips.Paths[0]);
        StringAssert.Contains(skipping.Message, "no video track");
        var throwing = Assert.ThrowsExactly<AvsrMediaException>(() => ml.Transforms.Avsr(new AvsrEstimator.Options { MissingModality = MissingModality.Throw }).Fit(data));
        Assert.AreEqual((s_clips.Paths[0], MediaStatus.AudioOnly), (throwing.MediaSource, throwing.Status));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ml.Transforms.Avsr(new AvsrEstimator.Options { MissingModality = (MissingModality)9 }));
    }

    private static VideoClip Film() => new(new byte[5 * 96 * 96], 5, 96, 96, 25);
}
