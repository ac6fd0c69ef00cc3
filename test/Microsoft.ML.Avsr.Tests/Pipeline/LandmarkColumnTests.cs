using System.Globalization;
using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using Microsoft.ML.Avsr.Tests.Media;
using Microsoft.ML.Avsr.Text;
using Microsoft.ML.Avsr.Training;
using Microsoft.ML.Data;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Pipeline;

/// <summary>A column that names landmark files, through the pipeline and through saving.</summary>
[TestClass]
public sealed class LandmarkColumnTests
{
    private sealed class Row
    {
        public string Path { get; set; } = "";
        public byte[] Bytes { get; set; } = [];
        [VideoClipType]
        public VideoClip? Film { get; set; }
        [AudioClipType]
        public AudioClip? Sound { get; set; }
        public string Points { get; set; } = "";
    }

    [TestMethod]
    public void RowsWithAndWithoutUsableLandmarks()
    {
        using var samples = new MediaSamples();
        var ml = new MLContext();
        var data = ml.Data.LoadFromEnumerable(Rows(samples));
        using var transformer = AvsrTransformerTests.Transformer(new FakeRecognizer(), new AvsrEstimator.Options { LandmarkColumnName = "Points" });
        var output = transformer.Transform(data);
        CollectionAssert.AreEqual(new[] { "Ok", "NoFace", "NoFace", "Missing" }, output.GetColumn<string>("Transcript.Status").ToArray());
        CollectionAssert.AreEqual(new[] { "AudioVisual", "Audio", "Audio", "None" }, output.GetColumn<string>("Transcript.Modality").ToArray());
        var shares = output.GetColumn<float>("Transcript.FaceShare").ToArray();
        Assert.AreEqual((9 / 10f, 1f), (shares[0], shares[1]));
        Assert.IsTrue(float.IsNaN(shares[2]) && float.IsNaN(shares[3]));
    }

    [TestMethod]
    public void PipelinesKeepTheContract()
    {
        using var samples = new MediaSamples();
        var ml = new MLContext();
        var data = ml.Data.LoadFromEnumerable(Rows(samples));
        var invalid = ml.Data.LoadFromEnumerable(new[] { new { Path = 1, Bytes = 2, Film = 3f, Sound = 4, Points = 5 } });
        PipelineContract.Check(ml.Transforms.CropMouthRegion(new MouthRegionCroppingEstimator.Options { InputColumnName = "Film", LandmarkColumnName = "Points" }), data, invalid);
        foreach (var (options, kind) in new (AvsrEstimator.Options, MediaColumnKind)[]
        {
            (new() { MediaColumnName = "Path" }, MediaColumnKind.Path),
            (new() { MediaColumnName = "Bytes" }, MediaColumnKind.Bytes),
            (new() { VideoColumnName = "Film" }, MediaColumnKind.Clips),
            (new() { VideoColumnName = "Film", AudioColumnName = "Sound" }, MediaColumnKind.Clips),
            (new() { AudioColumnName = "Sound" }, MediaColumnKind.Clips),
        })
        {
            options.LandmarkColumnName = "Points";
            using var transformer = Random(options, kind);
            PipelineContract.CheckTransformer(transformer, data, invalid);
        }
    }

    [TestMethod]
    public void PointsOfTheDetectorFromAFileGiveTheSameMouths()
    {
        using var detector = new YuNetDetector(SharedData.Require("data/face/yunet_n_dynamic.onnx"));
        using var samples = new MediaSamples();
        var film = SharedData.Require("data/grid/clips/bbaf2n.mp4");
        var clip = new MediaReader().Read(film);
        foreach (var framing in Enum.GetValues<MouthFraming>())
        {
            var found = new FaceMouthLocator(detector, new FaceLocatorOptions { Framing = framing, EveryFrames = 1 }).Locate(clip.Video!, clip.Audio);
            var file = Csv(samples, "points.csv", found.Face!.Landmarks, missing: -1);
            var ml = new MLContext();
            var data = ml.Data.LoadFromEnumerable(new[] { new Row { Film = clip.Video, Points = file } });
            using var model = ml.Transforms.CropMouthRegion(new MouthRegionCroppingEstimator.Options
            {
                InputColumnName = "Film",
                LandmarkColumnName = "Points",
                FaceLocator = new FaceLocatorOptions { Framing = framing },
            }).Fit(data);
            var mouth = model.Transform(data).GetColumn<VideoClip>("Mouth").Single();
            Assert.IsTrue(found.Mouth!.Pixels.Span.SequenceEqual(mouth.Pixels.Span), framing.ToString());
        }
    }

    [TestMethod]
    public void ImpossibleOptionsAreNamed()
    {
        var ml = new MLContext();
        foreach (var options in new AvsrEstimator.Options[]
        {
            new() { MouthRegion = MouthRegionMode.LandmarkColumn },
            new() { MouthRegion = MouthRegionMode.LandmarkColumn, LandmarkColumnName = " " },
            new() { LandmarkColumnName = "Points", MouthBox = new MouthBox(0, 0, 10, 10) },
            new() { LandmarkColumnName = "Points", MouthBoxColumnNames = ["X", "Y", "W", "H"] },
        })
            StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ml.Transforms.Avsr(options)).Message, nameof(AvsrEstimator.Options.LandmarkColumnName));
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ml.Transforms.CropMouthRegion(
            new MouthRegionCroppingEstimator.Options { LandmarkColumnName = "Points", MouthBox = new MouthBox(0, 0, 10, 10) })).Message, "LandmarkColumnName");
    }

    // Good landmarks with one gap, landmarks for another number of frames, no landmark file, no media.
    private static List<Row> Rows(MediaSamples samples)
    {
        var path = samples.Clip(seconds: 0.4, size: "120x120");
        var clip = new MediaReader().Read(path);
        string good = Csv(samples, "good.csv", Face(clip.Video!.Frames), missing: 3), wrong = Csv(samples, "wrong.csv", Face(4), missing: -1);
        Row Make(string points) => new() { Path = path, Bytes = File.ReadAllBytes(path), Film = clip.Video, Sound = clip.Audio, Points = points };
        return [Make(good), Make(wrong), Make(samples.PathOf("nowhere.npy")), new Row { Path = samples.PathOf("nowhere.mp4"), Points = good }];
    }

    // Eyes, nose tip and mouth corners of a face that moves a little.
    private static FaceLandmarks Face(int frames) =>
        new(Enumerable.Range(0, frames).SelectMany(t => (double[])[40 + t, 40, 80 + t, 40, 60 + t, 62, 45 + t, 82, 75 + t, 82]).ToArray(), 5);

    private static string Csv(MediaSamples samples, string name, FaceLandmarks landmarks, int missing)
    {
        var path = samples.PathOf(name);
        File.WriteAllLines(path, Enumerable.Range(0, landmarks.Frames).Select(t => t == missing ? ""
            : string.Join(',', landmarks.Frame(t).ToArray().Select(v => v.ToString("R", CultureInfo.InvariantCulture)))));
        return path;
    }

    private static AvsrTransformer Random(AvsrEstimator.Options options, MediaColumnKind kind)
    {
        options.Decoding = new DecodingOptions { MaxTokens = 6 };
        var modalities = kind != MediaColumnKind.Clips ? Modality.AudioVisual
            : (options.AudioColumnName is null ? Modality.None : Modality.Audio) | (options.VideoColumnName is null ? Modality.None : Modality.Video);
        var tokenizer = SpeechTokenizer.FromVocabulary(ByteLevelBpeTrainer.Train(["bin blue at f two now", "set red with g one please"], 300));
        var model = new AvsrModel(TinyPreset.Create(new AvsrTrainerOptions { Modalities = modalities }, tokenizer, null), tokenizer, null);
        return new AvsrTransformer(new SharedModel(new SpeechRecognizer(model, options.Decoding), model.Config.Supported,
            stream => AvsrModelSerializer.Save(stream, model, options.Decoding, null)), options.Validate() with { MediaKind = kind });
    }
}
