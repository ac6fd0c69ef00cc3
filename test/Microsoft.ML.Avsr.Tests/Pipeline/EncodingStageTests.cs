using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.ML.Avsr.Features;
using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using Microsoft.ML.Data;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Pipeline;

/// <summary>The stages with frozen encoders, with encoders of random weights.</summary>
[TestClass]
public sealed class EncodingStageTests
{
    private sealed class Sound
    {
        [AudioClipType]
        public AudioClip? Audio { get; set; }
        public int Number { get; set; }
    }

    private sealed class Encoded
    {
        public int Number { get; set; }
        [FeatureSequenceType]
        public FeatureSequence? AudioFeatures { get; set; }
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

    private static IDataView Sounds(MLContext ml) => ml.Data.LoadFromEnumerable(
        Enumerable.Range(0, 6).Select(i => new Sound { Audio = i == 2 ? null : ClipFolder.Tone(i), Number = i }).ToList());

    private static SpeechAudioEncodingEstimator Short(MLContext ml) =>
        ml.Transforms.EncodeSpeechAudio(new SpeechAudioEncodingEstimator.Options { EncoderFolder = s_folder, PadTo30Seconds = false });

    [TestMethod]
    public void EncodeSpeechAudioKeepsTheContract()
    {
        var ml = new MLContext();
        PipelineContract.Check(Short(ml), Sounds(ml), ml.Data.LoadFromEnumerable(new[] { new { Audio = 1 } }));
    }

    [TestMethod]
    public void FeaturesHaveFiftyStepsASecond()
    {
        var ml = new MLContext();
        using var padded = ml.Transforms.EncodeSpeechAudio(s_folder).Fit(Sounds(ml));
        foreach (var row in ml.Data.CreateEnumerable<Encoded>(padded.Transform(ml.Data.TakeRows(Sounds(ml), 2)), false))
            Assert.AreEqual((WhisperEncoder.ReferenceFrames(ClipFolder.Samples(row.Number)), 32L), (row.AudioFeatures!.Time, (long)row.AudioFeatures.Width));
        using var plain = Short(ml).Fit(Sounds(ml));
        foreach (var row in ml.Data.CreateEnumerable<Encoded>(plain.Transform(Sounds(ml)), false))
        {
            if (row.Number == 2)
                Assert.IsNull(row.AudioFeatures);
            else
                Assert.AreEqual(ClipFolder.Samples(row.Number) / 320, row.AudioFeatures!.Time);
        }
    }

    [TestMethod]
    public void BehindACacheCheckpointClipsAreEncodedOnce()
    {
        var ml = new MLContext();
        var sounds = Sounds(ml);
        SpeechAudioEncodingTransformer? encoder = null;
        var epochs = new EpochsEstimator(5);
        var chain = Short(ml).WithOnFitDelegate(fitted => encoder = fitted).AppendCacheCheckpoint(ml).Append(epochs);
        using var model = chain.Fit(sounds);
        Assert.AreEqual(25, epochs.Seen, "five epochs over five clips");
        Assert.AreEqual(5, encoder!.ClipsEncoded, "each was encoded once");
        using var uncached = Short(ml).WithOnFitDelegate(fitted => encoder = fitted).Append(new EpochsEstimator(5)).Fit(sounds);
        Assert.AreEqual(25, encoder.ClipsEncoded);
    }

    /// <summary>Reads its input several times, as a trainer does.</summary>
    private sealed class EpochsEstimator(int epochs) : IEstimator<ITransformer>
    {
        public int Seen { get; private set; }

        public ITransformer Fit(IDataView input)
        {
            for (var epoch = 0; epoch < epochs; epoch++)
                Seen += input.GetColumn<FeatureSequence>("AudioFeatures").Count(features => features is not null);
            return new MLContext().Transforms.CopyColumns("Copy", "Number").Fit(input);
        }

        public SchemaShape GetOutputSchema(SchemaShape inputSchema) => new MLContext().Transforms.CopyColumns("Copy", "Number").GetOutputSchema(inputSchema);
    }

    [TestMethod]
    public void WeightsThatChangedOrMovedAreNamed()
    {
        var ml = new MLContext();
        var copy = Directory.CreateTempSubdirectory("avsr-moved-").FullName;
        foreach (var file in Directory.GetFiles(s_folder))
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        using var stream = new MemoryStream();
        using (var model = ml.Transforms.EncodeSpeechAudio(copy).Fit(Sounds(ml)))
            ml.Model.Save(model, null, stream);
        stream.Position = 0;
        var loaded = ml.Model.Load(stream, out _);
        Directory.Delete(copy, recursive: true);
        var error = Assert.ThrowsExactly<AvsrModelException>(() => loaded.Transform(Sounds(ml)).GetColumn<FeatureSequence>("AudioFeatures").Count());
        StringAssert.Contains(error.Message, copy);
        Assert.ThrowsExactly<DirectoryNotFoundException>(() => ml.Transforms.EncodeSpeechAudio(copy));
        Assert.ThrowsExactly<FileNotFoundException>(() => ml.Transforms.EncodeSpeechVideo("nowhere.pt"));
    }

    private sealed class Film
    {
        [VideoClipType]
        public VideoClip? Video { get; set; }
    }

    [TestMethod]
    public void EncodeSpeechVideoKeepsTheContract()
    {
        var path = Modeling.Golden.Find("avsr/03_avhubert_lnfirst/checkpoint_zip.pt");
        var ml = new MLContext();
        var films = ml.Data.LoadFromEnumerable(Enumerable.Range(0, 4).Select(i =>
        {
            var pixels = new byte[(i + 2) * 60 * 60];
            new Random(i).NextBytes(pixels);
            return new Film { Video = i == 1 ? null : new VideoClip(pixels, i + 2, 60, 60, 25) };
        }).ToList());
        var mouths = ml.Transforms.CropMouthRegion().Fit(films).Transform(films);
        PipelineContract.Check(ml.Transforms.EncodeSpeechVideo(path), mouths, ml.Data.LoadFromEnumerable(new[] { new { Mouth = 1 } }));
        using var model = ml.Transforms.EncodeSpeechVideo(path).Fit(mouths);
        CollectionAssert.AreEqual(new int?[] { 2, null, 4, 5 }, model.Transform(mouths).GetColumn<FeatureSequence>("VideoFeatures").Select(features => features?.Time).ToArray());
    }

    [TestMethod]
    public void ADisposedEncoderSaysSo()
    {
        var ml = new MLContext();
        var model = Short(ml).Fit(Sounds(ml));
        var output = model.Transform(Sounds(ml));
        model.Dispose();
        Assert.ThrowsExactly<ObjectDisposedException>(() => output.GetColumn<FeatureSequence>("AudioFeatures").Count());
    }
}
