using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using Microsoft.ML.Avsr.Tests.Text;
using Microsoft.ML.Avsr.Tests.Training;
using Microsoft.ML.Avsr.Training;
using Microsoft.ML.Data;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using TorchSharp;

namespace Microsoft.ML.Avsr.Tests.Pipeline;

/// <summary>A saved model holds what was trained; pretrained weights it names, and finds them again where they are.</summary>
[TestClass]
[DoNotParallelize] // one of them sets the resolver of the whole process
public sealed class FrozenWeightsTests
{
    private sealed class Clip
    {
        public string Path { get; set; } = "";
    }

    private static readonly AvsrTrainerOptions s_options = new()
    {
        Budget = TrainingBudget.Epochs(1, 1), Seed = 3, VideoPasses = 0, WarmupSteps = 0, BatchSize = 2, ExpertWidth = 24, Modalities = Modality.Video,
    };

    private static TemporaryFolder s_files = null!;
    private static string s_llama = null!;
    private static string s_hubert = null!;

    [ClassInitialize]
    public static void MakeFiles(TestContext _)
    {
        s_files = new TemporaryFolder();
        s_llama = s_files.File("llama");
        s_hubert = s_files.File("hubert.safetensors");
        PretrainedFiles.WriteLanguageModel(s_llama);
        PretrainedFiles.WriteVisualEncoder(s_hubert);
    }

    [ClassCleanup]
    public static void RemoveFiles() => s_files.Dispose();

    [TestMethod]
    [DataRow(false, false, DisplayName = "adapters of the language model")]
    [DataRow(true, false, DisplayName = "and of the visual encoder")]
    [DataRow(true, true, DisplayName = "and embeddings")]
    public void OnlyWhatWasTrainedIsSaved(bool visualAdapters, bool embeddings)
    {
        var trained = AvsrTrainer.Train(TinyExamples.Make(4, audio: false), s_options with
        {
            LanguageModelFolder = s_llama, VisualEncoderPath = s_hubert, TrainEmbeddings = embeddings,
            VisualLora = visualAdapters ? LoraConfig.AvHubertReference : null,
        });
        using var recognizer = new SpeechRecognizer(trained.Model);
        CollectionAssert.AreEqual(new[] { "video_encoder", "llm" }, trained.Frozen.Select(f => f.Part).ToArray());
        var saved = Save(recognizer, trained.Frozen);
        var everything = Save(recognizer, null);
        // The tokenizer's texts are in both; what is left out are the numbers.
        var elsewhere = new FrozenParts(trained.Frozen);
        var leftOut = trained.Model.state_dict().Where(t => elsewhere.IsElsewhere(t.Key)).Sum(t => t.Value.numel() * t.Value.element_size());
        Assert.IsGreaterThan(50_000L, leftOut);
        Assert.IsLessThan(everything.Length - leftOut / 2, saved.Length);

        var (loaded, frozen) = AvsrModelSerializer.Load(saved);
        using (loaded)
        {
            AssertSame(trained.Model, loaded.Model);
            CollectionAssert.AreEqual(saved, Save(loaded, frozen));
        }
    }

    [TestMethod]
    public void WeightsElsewhereAreFoundAndOthersRefused()
    {
        using var folder = new TemporaryFolder();
        var (llama, hubert) = (folder.File("llama"), folder.File("hubert.safetensors"));
        PretrainedFiles.WriteLanguageModel(llama);
        PretrainedFiles.WriteVisualEncoder(hubert);
        var trained = AvsrTrainer.Train(TinyExamples.Make(4, audio: false), s_options with { LanguageModelFolder = llama, VisualEncoderPath = hubert });
        using var recognizer = new SpeechRecognizer(trained.Model);
        var bytes = Save(recognizer, trained.Frozen);
        Directory.Delete(llama, recursive: true);
        var error = Assert.ThrowsExactly<AvsrModelException>(() => AvsrModelSerializer.Load(bytes));
        StringAssert.Contains(error.Message, llama);
        StringAssert.Contains(error.Message, nameof(FrozenWeights.DefaultResolver));
        using (var found = AvsrModelSerializer.Load(bytes, weights => weights.Part == "llm" ? s_llama : null).Recognizer)
            AssertSame(trained.Model, found.Model);
        try
        {
            FrozenWeights.DefaultResolver = weights => weights.Part == "llm" ? s_llama : null;
            AvsrModelSerializer.Load(bytes).Recognizer.Dispose();
        }
        finally
        {
            FrozenWeights.DefaultResolver = null;
        }

        // More added tokens than the vocabulary has are refused before there is memory for them.
        var claiming = Save(recognizer, [trained.Frozen[0], trained.Frozen[1] with { Path = s_llama, AddedTokens = 1 }]);
        StringAssert.Contains(Assert.ThrowsExactly<AvsrModelException>(() => AvsrModelSerializer.Load(claiming)).Message, "tokens added");

        var changed = File.ReadAllBytes(s_hubert);
        changed[^1] ^= 1;
        File.WriteAllBytes(hubert, changed);
        error = Assert.ThrowsExactly<AvsrModelException>(() => AvsrModelSerializer.Load(bytes, weights => weights.Part == "llm" ? s_llama : hubert));
        StringAssert.Contains(error.Message, "video_encoder");
    }

    [TestMethod]
    public void TheSizeReportTellsWhatIsSaved()
    {
        var ml = new MLContext(1);
        var trained = AvsrTrainer.Train(TinyExamples.Make(4, audio: false), s_options with { LanguageModelFolder = s_llama, VisualEncoderPath = s_hubert });
        var decoding = new DecodingOptions { MaxTokens = 4 };
        using var transformer = new AvsrTransformer(ModelFactory.FromTraining(trained, decoding), new AvsrEstimator.Options { Decoding = decoding }.Validate());
        var report = transformer.GetSizeReport();
        CollectionAssert.AreEquivalent(new[] { true, false }, report.Where(part => part.Part == "llm").Select(part => part.IsSaved).ToArray());
        Assert.IsFalse(report.Single(part => part.Part == "video_encoder").IsSaved);
        using var clips = new ClipFolder(1);
        var data = ml.Data.LoadFromEnumerable(clips.Paths.Select(path => new Clip { Path = path }));
        using var zip = new MemoryStream();
        ml.Model.Save(transformer, data.Schema, zip);
        zip.Position = 0;
        var loaded = new MLContext().Model.Load(zip, out _);
        CollectionAssert.AreEqual(
            transformer.Transform(data).GetColumn<string>("Transcript").ToArray(), loaded.Transform(data).GetColumn<string>("Transcript").ToArray());
    }

    private static byte[] Save(SpeechRecognizer recognizer, IReadOnlyList<FrozenWeights>? frozen)
    {
        using var stream = new MemoryStream();
        AvsrModelSerializer.Save(stream, recognizer.Model, recognizer.Options, frozen);
        return stream.ToArray();
    }

    private static void AssertSame(AvsrModel expected, AvsrModel actual)
    {
        using var scope = torch.NewDisposeScope();
        var found = actual.state_dict();
        Assert.HasCount(expected.state_dict().Count, found);
        foreach (var (name, tensor) in expected.state_dict())
            Assert.IsTrue(tensor.allclose(found[name], 0, 0), name);
    }
}
