using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using Microsoft.ML.Avsr.Tests.Text;
using Microsoft.ML.Avsr.Training;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using TorchSharp;

namespace Microsoft.ML.Avsr.Tests.Training;

/// <summary>Which parts of a model start from files, which of them train, and the table that says so.</summary>
[TestClass]
public class TrainablePartsTests
{
    private static readonly AvsrTrainerOptions s_options = new()
    {
        Budget = TrainingBudget.Epochs(1, 2), Seed = 3, VideoPasses = 0, NoisyVersions = 0, WarmupSteps = 0, BatchSize = 2, ExpertWidth = 24,
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
    public void APretrainedLanguageModelTrainsItsAdaptersOnly()
    {
        var lora = new LoraConfig { Rank = 3, Scale = 2, Targets = LoraTargets.All, Dropout = 0.1, Initialization = LoraInitialization.Reference };
        var options = s_options with { LanguageModelFolder = s_llama, LanguageModelLora = lora, VisualEncoderPath = s_hubert, Modalities = Modality.Video };
        string? table = null;
        var trained = AvsrTrainer.Train(TinyExamples.Make(4, audio: false), options, log: text => table = text);
        using var model = trained.Model;
        CollectionAssert.AreEqual(new[] { "projector + language model" }, trained.Stages.Select(s => s.Stage).ToArray());
        Assert.AreEqual(lora, model.Config.Lora);
        Assert.AreEqual("Transcribe video to text.", model.Config.VideoPrompt);
        Assert.AreEqual(24, model.Config.Projector.Hidden);
        using var folder = HuggingFaceFolder.Open(s_llama);
        AssertUnchanged(folder.Weights, model.LanguageModel, "model.embed_tokens.weight", "lm_head.weight"); // those grew
        using var visual = new SafetensorsReader(s_hubert);
        AssertUnchanged(visual, model.VisualEncoder!);

        var modules = trained.Modules.ToDictionary(m => m.Module);
        Assert.AreEqual(0, modules["llm"].Trainable + modules["video_encoder"].Trainable);
        Assert.AreEqual(modules["llm.lora"].Parameters, modules["llm.lora"].Trainable);
        // Rank 3 of 32 + 32, 32 + 16, 32 + 16, 32 + 32 and three times 32 + 48, in two layers.
        Assert.AreEqual(2 * 3 * (64 + 48 + 48 + 64 + 3 * 80), modules["llm.lora"].Parameters);
        Assert.AreEqual(trained.TrainedParameters, modules["llm.lora"].Trainable + modules["projector"].Trainable);
        Assert.AreEqual(trained.Parameters, model.parameters().Sum(p => p.numel()));
        Assert.AreEqual(3 * 4 * modules["projector"].Parameters, modules["projector"].TrainingBytes);
        StringAssert.Contains(table, "llm.lora");
    }

    [TestMethod]
    public void AdaptersLearnAndStartWhereTheBaseIs()
    {
        var options = s_options with { LanguageModelFolder = s_llama, VisualEncoderPath = s_hubert, Modalities = Modality.Video, Budget = TrainingBudget.Epochs(1, 1) };
        using var model = AvsrTrainer.Train(TinyExamples.Make(4, audio: false), options).Model;
        var ups = model.LanguageModel.named_parameters().Where(p => p.name.Contains("lora_up")).ToArray();
        Assert.HasCount(4, ups); // queries and values of two layers: the reference's choice
        Assert.IsTrue(ups.All(p => p.parameter.abs().sum().item<float>() > 0), "zero at the start, changed by training");
    }

    [TestMethod]
    public void TheVisualEncodersAdaptersRunInEveryStep()
    {
        var options = s_options with
        {
            LanguageModelFolder = s_llama, VisualEncoderPath = s_hubert, VisualLora = LoraConfig.AvHubertReference, Modalities = Modality.Video,
            LanguageModelTraining = PartTraining.Frozen,
        };
        var stages = new List<string>();
        var trained = AvsrTrainer.Train(TinyExamples.Make(4, audio: false), options, new Stages(stages));
        using var model = trained.Model;
        CollectionAssert.DoesNotContain(stages, "video features");
        using var visual = new SafetensorsReader(s_hubert);
        AssertUnchanged(visual, model.VisualEncoder!); // batch norms, too
        Assert.IsTrue(model.VisualEncoder!.named_parameters().Where(p => p.name.Contains("lora_up")).All(p => p.parameter.abs().sum().item<float>() > 0));
        Assert.IsNull(model.Config.Lora);
        Assert.AreEqual(0, trained.Modules.Single(m => m.Module == "llm").Trainable);
    }

    [TestMethod]
    public void AWholeModelTrainsOn()
    {
        using var folder = new TemporaryFolder();
        var examples = TinyExamples.Make(4);
        var path = folder.File("model");
        using (var first = AvsrTrainer.Train(examples, s_options).Model)
            AvsrModelFolder.Save(path, first);
        using var start = AvsrModelFolder.Load(path);
        var before = start.Model.state_dict();

        var trained = AvsrTrainer.Train(examples, s_options with { InitialModel = path });
        using var second = trained.Model;
        CollectionAssert.AreEqual(new[] { "projector + language model" }, trained.Stages.Select(s => s.Stage).ToArray());
        AssertChanged(before, second, "llm.", "projector.");

        var lora = new LoraConfig { Rank = 2 };
        using var third = AvsrTrainer.Train(examples, s_options with
        {
            InitialModel = path, LanguageModelLora = lora, ProjectorTraining = PartTraining.Frozen, AudioEncoderTraining = PartTraining.Whole,
        }).Model;
        AssertChanged(before, third, "audio_encoder.");
        Assert.IsTrue(third.named_parameters().Any(p => p.name.Contains("lora_up_V") && p.parameter.abs().sum().item<float>() > 0));
    }

    [TestMethod]
    public void CheckpointsHoldNoFrozenFilesAndGoOnWithTheSameBits()
    {
        using var folder = new TemporaryFolder();
        var examples = TinyExamples.Make(4, audio: false);
        var options = s_options with { LanguageModelFolder = s_llama, VisualEncoderPath = s_hubert, Modalities = Modality.Video, TrainEmbeddings = true };
        using var expected = AvsrTrainer.Train(examples, options).Model;
        var saved = options with { Checkpoints = new CheckpointOptions { Directory = folder.Path, EverySteps = 1 } };
        using var stop = new CancellationTokenSource();
        Assert.ThrowsExactly<OperationCanceledException>(() => AvsrTrainer.Train(examples, saved, new Stages([], p => { if (p is { Loss: not null, Step: 3 }) stop.Cancel(); }), stop.Token));
        var opened = TrainingCheckpoints.TryOpen(new TrainingCheckpoints(saved.Checkpoints).Files()[0])!.Value;
        using (opened.Tensors)
        {
            Assert.IsFalse(opened.Tensors.Entries.Keys.Any(k => k.StartsWith("model.video_encoder.") || k.Contains("q_proj")));
            Assert.IsTrue(opened.Tensors.Entries.ContainsKey("model.llm.model.embed_tokens.weight"));
        }
        using var resumed = AvsrTrainer.Train(examples, saved).Model;
        var bits = expected.state_dict();
        foreach (var (name, value) in resumed.state_dict())
            CollectionAssert.AreEqual(bits[name].bytes.ToArray(), value.bytes.ToArray(), name);
    }

    [TestMethod]
    public void ImpossibleCombinationsNameTheCulprit()
    {
        AssertNames(s_options with { LanguageModelLora = new LoraConfig { Rank = 2 } }, nameof(AvsrTrainerOptions.LanguageModelLora));
        AssertNames(s_options with { VisualLora = LoraConfig.AvHubertReference }, nameof(AvsrTrainerOptions.VisualLora));
        AssertNames(s_options with { InitialModel = "no such" }, nameof(AvsrTrainerOptions.InitialModel));
        AssertNames(s_options with { InitialModel = s_hubert }, nameof(AvsrTrainerOptions.LanguageModelFolder));
        AssertNames(s_options with { VisualEncoderPath = "no such" }, nameof(AvsrTrainerOptions.VisualEncoderPath));
        AssertNames(s_options with { LanguageModelTraining = PartTraining.Frozen }, nameof(AvsrTrainerOptions.LanguageModelTraining), trains: true);
        AssertNames(s_options with { ProjectorTraining = PartTraining.Frozen }, nameof(AvsrTrainerOptions.ProjectorTraining), trains: true);
        AssertNames(s_options with { AudioEncoderTraining = PartTraining.Adapters }, nameof(AvsrTrainerOptions.AudioEncoderTraining), trains: true);
        var unequal = s_options with { LanguageModelFolder = s_llama, VisualEncoderPath = s_hubert, Routing = ProjectorRouting.Jejr };
        var error = Assert.ThrowsExactly<ArgumentException>(() => AvsrTrainer.Train(TinyExamples.Make(2), unequal));
        StringAssert.Contains(error.Message, "audio has 256 and video 64");
        AvsrTrainer.Train(TinyExamples.Make(2), unequal with { CommonWidth = 48, Budget = TrainingBudget.Epochs(1, 1) }).Model.Dispose();
    }

    private static void AssertNames(AvsrTrainerOptions options, string name, bool trains = false) => Assert.AreEqual(name, Assert.ThrowsExactly<ArgumentOutOfRangeException>(
        () => { if (trains) AvsrTrainer.Train(TinyExamples.Make(1), options); else options.Validate(); }).ParamName);

    private static void AssertUnchanged(ITensorSource source, torch.nn.Module module, params string[] except)
    {
        using var scope = torch.NewDisposeScope();
        var state = module.state_dict();
        var names = source.Entries.Keys.Except(except).ToArray();
        Assert.IsGreaterThan(10, names.Length);
        foreach (var name in names)
            Assert.IsTrue(source.Read(name).eq(state[name]).all().item<bool>(), name);
    }

    private static void AssertChanged(Dictionary<string, torch.Tensor> before, AvsrModel model, params string[] parts)
    {
        var after = model.state_dict();
        foreach (var (name, value) in before)
        {
            var same = value.bytes.SequenceEqual(after[name].bytes);
            // Matrices at least decay; the norm of an expert without tokens may stay.
            if (value.dim() > 1 && parts.Any(part => name.StartsWith(part, StringComparison.Ordinal)))
                Assert.IsFalse(same, name);
            else if (!parts.Any(part => name.StartsWith(part, StringComparison.Ordinal)))
                Assert.IsTrue(same, name);
        }
    }

    private sealed class Stages(List<string> stages, Action<AvsrProgress>? also = null) : IProgress<AvsrProgress>
    {
        public void Report(AvsrProgress value)
        {
            stages.Add(value.Stage);
            also?.Invoke(value);
        }
    }
}
