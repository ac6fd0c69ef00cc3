using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.ML.Avsr.Features;
using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using Microsoft.ML.Avsr.Text;
using Microsoft.ML.Avsr.Training;
using Microsoft.ML.Data;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Pipeline;

/// <summary>The recogniser behind frozen encoders: it learns and recognises from columns of features.</summary>
[TestClass]
public sealed class FeatureColumnTests
{
    private const int Width = 24;

    private sealed class Row
    {
        [AudioClipType]
        public AudioClip? Sound { get; set; }
        [VideoClipType]
        public VideoClip? Picture { get; set; }
        [FeatureSequenceType]
        public FeatureSequence? Heard { get; set; }
        [FeatureSequenceType]
        public FeatureSequence? Seen { get; set; }
        public string Label { get; set; } = "";
        public float X { get; set; } = 1;
        public float Y { get; set; } = 2;
        public float W { get; set; } = 20;
        public float H { get; set; } = 16;
    }

    private static readonly string s_folder = Directory.CreateTempSubdirectory("avsr-encoder-").FullName;

    [ClassInitialize]
    public static void WriteWhisper(TestContext _)
    {
        using var encoder = new WhisperEncoder(new WhisperEncoderConfig { Width = 32, Layers = 1, Heads = 2, FeedForward = 64, MaxPositions = 1500 });
        SafetensorsWriter.Write(Path.Combine(s_folder, "model.safetensors"), encoder.state_dict().ToDictionary(entry => "model.encoder." + entry.Key, entry => entry.Value));
        File.WriteAllText(Path.Combine(s_folder, "config.json"),
            """{"model_type":"whisper","d_model":32,"encoder_layers":1,"encoder_attention_heads":2,"encoder_ffn_dim":64,"num_mel_bins":80,"max_source_positions":1500}""");
    }

    [ClassCleanup]
    public static void Cleanup() => Directory.Delete(s_folder, recursive: true);

    private static FeatureSequence Features(int seed, int time, int width = Width)
    {
        var random = new Random(seed);
        return new FeatureSequence(Enumerable.Range(0, time * width).Select(_ => (float)(random.NextDouble() - 0.5)).ToArray(), time, width);
    }

    private static VideoClip Film(int seed, int frames)
    {
        var pixels = new byte[frames * 24 * 32];
        new Random(seed).NextBytes(pixels);
        return new VideoClip(pixels, frames, 24, 32, 25);
    }

    private static List<Row> Rows(int count) => [.. Enumerable.Range(0, count).Select(i => new Row
    {
        Sound = i == 1 ? null : ClipFolder.Tone(i + 2),
        Picture = i == 2 ? null : Film(i, 4 + i),
        Heard = i == 1 ? null : Features(i, 9 + i),
        Seen = i == 2 ? null : Features(-i, 5 + i),
        Label = i % 2 == 0 ? "bin blue" : "set red",
    })];

    private static AvsrTrainerOptions Training(Modality modalities = Modality.AudioVisual) => new()
    {
        Modalities = modalities, Budget = TrainingBudget.Epochs(1, 3), NoisyVersions = 0, VideoPasses = 0, Seed = 4,
    };

    private static AvsrEstimator.Options Options(string? audio, string? video, Modality modalities) => new()
    {
        AudioColumnName = audio, VideoColumnName = video, Training = Training(modalities), Decoding = new DecodingOptions { MaxTokens = 3 },
    };

    [TestMethod]
    public void AnEstimatorOverFeaturesKeepsTheContract()
    {
        var ml = new MLContext(1);
        var data = ml.Data.LoadFromEnumerable(Rows(6));
        var invalid = ml.Data.LoadFromEnumerable(new[] { new { Heard = 1f, Seen = "", Label = "x" } });
        PipelineContract.Check(ml.Transforms.Avsr(Options("Heard", "Seen", Modality.AudioVisual)), data, invalid);
        PipelineContract.Check(ml.Transforms.Avsr(Options("Heard", null, Modality.Audio)), data, invalid);
    }

    [TestMethod]
    public void EveryArrangementOfColumnsIsSaved()
    {
        var ml = new MLContext(1);
        var data = ml.Data.LoadFromEnumerable(Rows(3));
        var invalid = ml.Data.LoadFromEnumerable(new[] { new { Heard = 1f, Seen = "", Sound = 2, Picture = 3, Label = "x" } });
        foreach (var (audio, video, boxed) in new (string?, string?, bool)[]
        {
            (null, "Seen", false), ("Heard", "Picture", false), ("Heard", "Picture", true), ("Sound", "Seen", false), (null, "Picture", true), ("Sound", "Picture", true),
        })
        {
            using var transformer = Random(audio, video, boxed);
            PipelineContract.CheckTransformer(transformer, data, invalid);
        }
    }

    private static AvsrTransformer Random(string? audio, string? video, bool boxed)
    {
        var modalities = (audio is null ? Modality.None : Modality.Audio) | (video is null ? Modality.None : Modality.Video);
        var options = Options(audio, video, modalities);
        options.MouthBoxColumnNames = boxed ? ["X", "Y", "W", "H"] : null;
        var tokenizer = SpeechTokenizer.FromVocabulary(ByteLevelBpeTrainer.Train(["bin blue at f two now", "set red with g one please"], 300));
        var config = TinyPreset.Create(options.Training, tokenizer, null, audio == "Heard" ? Width : null, video == "Seen" ? Width : null);
        var model = new AvsrModel(config, tokenizer);
        var settings = options.Validate() with { MediaKind = MediaColumnKind.Clips, AudioFeatureWidth = config.AudioFeatureWidth, VideoFeatureWidth = config.VideoFeatureWidth };
        return new AvsrTransformer(new SharedModel(new SpeechRecognizer(model, options.Decoding), config.Supported,
            stream => AvsrModelSerializer.Save(stream, model, options.Decoding, null)), settings);
    }

    [TestMethod]
    public void BehindACacheCheckpointEpochsNeverEncodeAgain()
    {
        var ml = new MLContext(1);
        var sounds = ml.Data.LoadFromEnumerable(Rows(6));
        SpeechAudioEncodingTransformer? encoder = null;
        AvsrTransformer? recognizer = null;
        var encode = ml.Transforms.EncodeSpeechAudio(new SpeechAudioEncodingEstimator.Options { EncoderFolder = s_folder, PadTo30Seconds = false, InputColumnName = "Sound" });
        var chain = encode.WithOnFitDelegate(fitted => encoder = fitted).AppendCacheCheckpoint(ml)
            .Append(ml.Transforms.Avsr(Options("AudioFeatures", null, Modality.Audio)).WithOnFitDelegate(fitted => recognizer = fitted));
        using var model = chain.Fit(sounds);
        Assert.AreEqual(5, encoder!.ClipsEncoded, "three epochs over five clips that have sound: each was encoded once");
        Assert.AreEqual(3, recognizer!.TrainingReport!.Stages.Single().Epochs, "there is no encoder to train");
        Assert.AreEqual(5, recognizer.TrainingReport.Examples);

        // Several trainers behind one cache: still once.
        var cached = ml.Data.Cache(encoder.Transform(sounds));
        using (ml.Transforms.Avsr(Options("AudioFeatures", null, Modality.Audio)).Fit(cached))
        using (ml.Transforms.Avsr(Options("AudioFeatures", null, Modality.Audio)).Fit(cached))
            Assert.AreEqual(10, encoder.ClipsEncoded);

        // Without a cache every trainer encodes.
        using (ml.Transforms.Avsr(Options("AudioFeatures", null, Modality.Audio)).Fit(encoder.Transform(sounds)))
            Assert.AreEqual(15, encoder.ClipsEncoded);

        // Recognising only asks for features when a transcript is read.
        var output = model.Transform(sounds);
        Assert.AreEqual(6, output.GetColumn<string>("Label").Count());
        Assert.AreEqual(15, encoder.ClipsEncoded);
        Assert.AreEqual(6, output.GetColumn<string>("Transcript").Count());
        Assert.AreEqual(20, encoder.ClipsEncoded);
    }

    [TestMethod]
    public void WhatIsLearnedFromFeaturesIsRecognised()
    {
        var ml = new MLContext(1);
        var rows = Enumerable.Range(0, 32).Select(i => new Row { Heard = Features(i % 2, 16), Label = i % 2 == 0 ? "bin blue" : "set red" }).ToList();
        var data = ml.Data.LoadFromEnumerable(rows);
        var options = Options("Heard", null, Modality.Audio);
        options.Training = options.Training with { Budget = TrainingBudget.Epochs(1, 20) };
        using var model = ml.Transforms.Avsr(options).Fit(data);
        CollectionAssert.AreEqual(rows.Select(row => row.Label).ToArray(), model.Transform(data).GetColumn<string>("Transcript").ToArray());
    }

    [TestMethod]
    public void FeaturesOfAnotherWidthAreRefusedRowByRow()
    {
        var ml = new MLContext(1);
        var rows = Rows(4);
        rows[3].Heard = Features(3, 8, width: 7);
        rows.Add(new Row { Label = "set red", Heard = new FeatureSequence(Array.Empty<float>(), 0, Width) });
        var data = ml.Data.LoadFromEnumerable(rows);
        using var model = ml.Transforms.Avsr(Options("Heard", null, Modality.Audio)).Fit(data);
        CollectionAssert.AreEqual(new long[] { 1, 3, 4 }, model.TrainingReport!.Skipped.Select(row => row.Row).ToArray());
        StringAssert.Contains(model.TrainingReport.Skipped[1].Reason, "7 wide");
        var output = model.Transform(data);
        Assert.AreEqual("Refused", output.GetColumn<string>("Transcript.Status").ElementAt(3));
        Assert.AreEqual("None", output.GetColumn<string>("Transcript.Modality").ElementAt(4));

        // The recogniser itself says so.
        Assert.ThrowsExactly<ArgumentException>(() => model.Recognizer.Transcribe([new SpeechInput(null, null, Features(1, 8, width: 7), null)]));
        Assert.AreEqual(Modality.None, model.Recognizer.Transcribe([new SpeechInput(ClipFolder.Tone(3), null)])[0].Modality, "this model hears features only");
    }

    [TestMethod]
    public void WhatDoesNotGoTogetherIsNamed()
    {
        var ml = new MLContext(1);
        var data = ml.Data.LoadFromEnumerable(Rows(2));
        var boxed = Options(null, "Seen", Modality.Video);
        boxed.MouthBox = new MouthBox(0, 0, 10, 10);
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ml.Transforms.Avsr(boxed).Fit(data)).Message, "MouthRegion");
        var folder = Options("Heard", null, Modality.Audio);
        folder.Training = folder.Training with { AudioEncoderFolder = s_folder };
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ml.Transforms.Avsr(folder).Fit(data)).Message, "AudioEncoderFolder");
        using var model = Random("Heard", null, false);
        Assert.ThrowsExactly<ArgumentException>(() => ml.Avsr().EvaluateNoise(model, data));
        var clips = ml.Data.LoadFromEnumerable(new[] { new { Heard = "" } });
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => model.Transform(clips)).Message, "FeatureSequence");
    }

    [TestMethod]
    public void OneColumnOfClipsMayBeTheMediaColumn()
    {
        var ml = new MLContext(1);
        var data = ml.Data.LoadFromEnumerable(Rows(4));
        var options = Options(null, null, Modality.Audio);
        options.MediaColumnName = "Sound";
        using var model = ml.Transforms.Avsr(options).Fit(data);
        PipelineContract.CheckTransformer(model, data, ml.Data.LoadFromEnumerable(new[] { new { Sound = 1 } }));
    }
}
