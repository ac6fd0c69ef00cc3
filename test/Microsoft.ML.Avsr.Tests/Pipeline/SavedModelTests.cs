using System.IO.Compression;
using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using Microsoft.ML.Avsr.Text;
using Microsoft.ML.Avsr.Training;
using Microsoft.ML.Data;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Pipeline;

/// <summary>Saving and loading, with a real model whose weights are random.</summary>
[TestClass]
public sealed class SavedModelTests
{
    private sealed class Clip
    {
        public string Path { get; set; } = "";
        public string Label { get; set; } = "";
        public float X { get; set; } = 2;
        public float Y { get; set; } = 3;
        public float Width { get; set; } = 20;
        public float Height { get; set; } = 20;
    }

    private static readonly ClipFolder s_clips = new(3);

    [ClassCleanup]
    public static void Cleanup() => s_clips.Dispose();

    private static AvsrTransformer Transformer(AvsrEstimator.Options? options = null, MediaColumnKind kind = MediaColumnKind.Path)
    {
        options ??= new AvsrEstimator.Options();
        options.Decoding = new DecodingOptions { MaxTokens = 6 };
        var vocabulary = ByteLevelBpeTrainer.Train(["bin blue at f two now", "set red with g one please"], 300);
        var tokenizer = SpeechTokenizer.FromVocabulary(vocabulary);
        var model = new AvsrModel(TinyPreset.Create(new AvsrTrainerOptions { Modalities = Modality.Audio }, tokenizer, null), tokenizer, null);
        var settings = options.Validate() with { MediaKind = kind };
        return new AvsrTransformer(new SharedModel(new SpeechRecognizer(model, options.Decoding), model.Config.Supported,
            stream => AvsrModelSerializer.Save(stream, model, options.Decoding, null)), settings);
    }

    private static IDataView Data(MLContext ml) =>
        ml.Data.LoadFromEnumerable(s_clips.Paths.Append("lost.wav").Select(path => new Clip { Path = path, Label = "set red" }).ToList());

    [TestMethod]
    public void ASavedModelKeepsTheContract()
    {
        var ml = new MLContext();
        using var transformer = Transformer();
        PipelineContract.CheckTransformer(transformer, Data(ml), ml.Data.LoadFromEnumerable(new[] { new { Other = 1 } }));
    }

    [TestMethod]
    public void WholeChainsAreSavedAndFoundAgain()
    {
        var ml = new MLContext();
        var data = Data(ml);
        using var transformer = Transformer(new AvsrEstimator.Options { MediaColumnName = "File", OutputColumnName = "Label", MouthBoxColumnNames = ["X", "Y", "Width", "Height"] });
        var copy = ml.Transforms.CopyColumns("File", "Path").Fit(data);
        var inner = new TransformerChain<ITransformer>(copy, transformer);
        var chain = inner.Append(ml.Transforms.CopyColumns("Text", "Label").Fit(inner.Transform(data)));
        var expected = chain.Transform(data).GetColumn<string>("Text").ToArray();
        Assert.IsTrue(expected.Take(3).Any(text => text.Length > 0), "random weights say something");
        Assert.AreEqual("", expected[3]);

        var file = System.IO.Path.Combine(s_clips.Folder, "chain.zip");
        ml.Model.Save(chain, data.Schema, file);
        var loaded = new MLContext().Model.Load(file, out var schema);
        Assert.AreEqual("Path, Label, X, Y, Width, Height", string.Join(", ", schema.Select(column => column.Name)));
        var output = loaded.Transform(data);
        CollectionAssert.AreEqual(expected, output.GetColumn<string>("Text").ToArray());
        CollectionAssert.AreEqual(new[] { "Ok", "Ok", "Ok", "Missing" }, output.GetColumn<string>("Label.Status").ToArray());
        Assert.IsFalse(output.Schema.Any(column => column.Name.StartsWith("Microsoft.ML.Avsr.", StringComparison.Ordinal)), "inner columns are dropped");

        using var typed = new MLContext().Avsr().Load(file);
        CollectionAssert.AreEqual(expected, typed.Transform(copy.Transform(data)).GetColumn<string>("Label").ToArray());
        using var again = new MLContext().Avsr().Unwrap(loaded);
        Assert.AreEqual("Label", again.Stage.Outputs[0].Name);
    }

    [TestMethod]
    public void ClipsInMemoryAreSavedToo()
    {
        var ml = new MLContext();
        var data = ml.Data.LoadFromEnumerable(new[] { new Sound { Clip = ClipFolder.Tone(2) } });
        using var transformer = Transformer(new AvsrEstimator.Options { AudioColumnName = "Clip" }, MediaColumnKind.Clips);
        PipelineContract.CheckTransformer(transformer, data, ml.Data.LoadFromEnumerable(new[] { new { Clip = 1 } }));
    }

    private sealed class Sound
    {
        [AudioClipType]
        public AudioClip? Clip { get; set; }
    }

    [TestMethod]
    public void AnEngineRunsALoadedModel()
    {
        var ml = new MLContext();
        using var transformer = Transformer();
        using var stream = new MemoryStream();
        ml.Model.Save(transformer, null, stream);
        stream.Position = 0;
        using var typed = ml.Model.CreatePredictionEngine<Clip, Result>(transformer, new PredictionEngineOptions { OwnsTransformer = false });
        using var loaded = ml.Model.CreatePredictionEngine<Clip, Result>(new MLContext().Model.Load(stream, out _));
        foreach (var path in s_clips.Paths)
            Assert.AreEqual(typed.Predict(new Clip { Path = path }).Transcript, loaded.Predict(new Clip { Path = path }).Transcript);
    }

    private sealed class Result
    {
        public string Transcript { get; set; } = "";
    }

    [TestMethod]
    public void FilesThatAreNoModelsSaySo()
    {
        var catalog = new MLContext().Avsr();
        StringAssert.Contains(Assert.ThrowsExactly<AvsrModelException>(() => catalog.Load("nowhere.zip")).Message, "nowhere.zip");
        Assert.ThrowsExactly<AvsrModelException>(() => catalog.Load(new MemoryStream([1, 2, 3])));
        using var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
            archive.CreateEntry("other.txt");
        zip.Position = 0;
        Assert.ThrowsExactly<AvsrModelException>(() => catalog.Load(zip));

        var ml = new MLContext();
        var view = Data(ml);
        using var plain = new MemoryStream();
        ml.Model.Save(ml.Transforms.CopyColumns("A", "Path").Fit(view), view.Schema, plain);
        plain.Position = 0;
        StringAssert.Contains(Assert.ThrowsExactly<AvsrModelException>(() => catalog.Load(plain)).Message, "no speech recogniser");
    }

    [TestMethod]
    public void DamagedPayloadsSayWhatIsWrong()
    {
        foreach (var (chunks, culprit) in new (string[], string)[]
        {
            ([], "no data"),
            (["{"], "JSON"),
            (["{\"Version\":1,\"Id\":\"x\"}"], "settings"),
        })
        {
            var texts = chunks.Select(chunk => chunk.AsMemory()).ToArray();
            StringAssert.Contains(Assert.ThrowsExactly<AvsrModelException>(() => SavedPayload.Read(texts)).Message, culprit);
        }
    }
}
