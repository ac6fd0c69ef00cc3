using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using Microsoft.ML.Avsr.Tests.Text;
using Microsoft.ML.Avsr.Training;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Tests.Training;

/// <summary>Options of the recipe: each changes what it says, and the presets have the reference's values.</summary>
[TestClass]
public class RecipeTests
{
    private static readonly AvsrTrainerOptions s_options = new()
    {
        Budget = TrainingBudget.Epochs(1, 2), Seed = 3, VideoPasses = 0, NoisyVersions = 0, EncoderBatchSize = 4,
    };

    private static List<TrainingExample> s_examples = null!;
    private static TemporaryFolder s_files = null!;

    /// <summary>A whole model to start from, so that each test trains its last stage only.</summary>
    private static string s_start = null!;

    [ClassInitialize]
    public static void MakeFiles(TestContext _)
    {
        s_files = new TemporaryFolder();
        s_examples = TinyExamples.Make(4);
        s_start = s_files.File("start");
        using var model = AvsrTrainer.Train(s_examples, s_options with { Budget = TrainingBudget.Epochs(1, 1) }).Model;
        AvsrModelFolder.Save(s_start, model);
    }

    [ClassCleanup]
    public static void RemoveFiles() => s_files.Dispose();

    [TestMethod]
    public void FeaturesOnDiskGiveTheSameBits()
    {
        var options = s_options with { NoisyVersions = 1, VideoPasses = 1, InitialModel = s_start };
        using var expected = AvsrTrainer.Train(s_examples, options).Model;
        var folder = s_files.File("features");
        using var first = AvsrTrainer.Train(s_examples, options with { FeatureCacheFolder = folder }).Model;
        var files = Directory.GetFiles(folder, "*", SearchOption.AllDirectories);
        Assert.HasCount(4 * 2 * 2, files); // clips, streams, versions
        var written = files.Select(File.GetLastWriteTimeUtc).ToArray();
        File.WriteAllText(files[0], "damaged");
        using var second = AvsrTrainer.Train(s_examples, options with { FeatureCacheFolder = folder }).Model;
        AssertSame(expected, first);
        AssertSame(expected, second);
        // One file was damaged: its chunk, at most four clips, was encoded again, and nothing else.
        Assert.IsInRange(1, 4, files.Zip(written).Count(f => File.GetLastWriteTimeUtc(f.First) != f.Second));
        // Another seed varies differently.
        AvsrTrainer.Train(s_examples, options with { FeatureCacheFolder = folder, Seed = 4 }).Model.Dispose();
        Assert.HasCount(4 * 2 * 2 + 4 * 2, Directory.GetFiles(folder, "*", SearchOption.AllDirectories));
    }

    [TestMethod]
    public void RoutingIsRecordedAndSurvivesARestart()
    {
        var options = s_options with { InitialModel = s_start, RoutingEverySteps = 2, BatchSize = 1, Budget = TrainingBudget.Epochs(1, 2) };
        var expected = AvsrTrainer.Train(s_examples, options);
        expected.Model.Dispose();
        Assert.IsTrue(expected.RoutingHistory.Count >= 4);
        foreach (var (step, statistics) in expected.RoutingHistory)
        {
            Assert.AreEqual(0, step % 2);
            Assert.IsTrue(statistics.RouterZ > 0 && statistics.Entropy > 0 && statistics.Tokens > 0);
            foreach (var choice in statistics.Shares)
                Assert.AreEqual(1, choice.Sum(), 1e-9);
            CollectionAssert.AreEqual(
                Enumerable.Range(0, 4).Where(e => statistics.Shares.Sum(choice => choice[e]) == 0).ToArray(), statistics.DeadExperts.ToArray());
        }
        using var folder = new TemporaryFolder();
        var saved = options with { Checkpoints = new CheckpointOptions { Directory = folder.Path, EverySteps = 1 } };
        using var stop = new CancellationTokenSource();
        Assert.ThrowsExactly<OperationCanceledException>(() => AvsrTrainer.Train(s_examples, saved, new Watch(p => { if (p is { Loss: not null, Step: 3 }) stop.Cancel(); }), stop.Token));
        var resumed = AvsrTrainer.Train(s_examples, saved);
        resumed.Model.Dispose();
        Assert.AreEqual(Describe(expected), Describe(resumed));

        static string Describe(TrainedModel trained) => string.Join("\n", trained.RoutingHistory.Select(r =>
            $"{r.Step} {r.Statistics.Router} {r.Statistics.Tokens} {r.Statistics.Entropy:R} {r.Statistics.RouterZ:R} {string.Join(' ', r.Statistics.Shares.SelectMany(c => c))}"));
    }

    [TestMethod]
    public void GradientsOfTwoBatchesMakeOneStep()
    {
        var steps = new List<int>();
        AvsrTrainer.Train(s_examples, s_options with { InitialModel = s_start, BatchSize = 1, AccumulatedBatches = 2 },
            new Watch(p => { if (p.Loss is not null) steps.Add(p.TotalSteps); })).Model.Dispose();
        CollectionAssert.AreEqual(new[] { 4, 4, 4, 4 }, steps);
    }

    [TestMethod]
    public void TheMeanOfEpochsCountsEveryParameterOnce()
    {
        using var weight = new Parameter(tensor(new float[] { 1, 2 }));
        using var average = new WeightAverage([weight]);
        average.Add();
        using (no_grad())
            weight.fill_(4);
        average.Add();
        average.Apply();
        CollectionAssert.AreEqual(new float[] { 2.5f, 3 }, weight.data<float>().ToArray());
        var options = s_options with { InitialModel = s_start, Budget = TrainingBudget.Epochs(1, 3), AveragedEpochs = 2, BatchSize = 2 };
        using var expected = AvsrTrainer.Train(s_examples, options).Model;
        using var folder = new TemporaryFolder();
        var saved = options with { Checkpoints = new CheckpointOptions { Directory = folder.Path, EverySteps = 1 } };
        using var stop = new CancellationTokenSource();
        Assert.ThrowsExactly<OperationCanceledException>(() => AvsrTrainer.Train(s_examples, saved, new Watch(p => { if (p is { Loss: not null, Epoch: 3 }) stop.Cancel(); }), stop.Token));
        using var resumed = AvsrTrainer.Train(s_examples, saved).Model;
        AssertSame(expected, resumed);
        using var last = AvsrTrainer.Train(s_examples, options with { AveragedEpochs = 1 }).Model;
        Assert.IsFalse(last.LanguageModel.parameters().First().allclose(expected.LanguageModel.parameters().First(), 0, 0));
    }

    [TestMethod]
    public void BFloat16TrainsFloat32Weights()
    {
        using var folder = new TemporaryFolder();
        var options = s_options with { InitialModel = s_start, Precision = TrainingPrecision.BFloat16, LearningRate = 1e-6, WarmupSteps = 0, WeightDecay = 0 };
        using var start = AvsrModelFolder.Load(s_start);
        var before = start.Model.LanguageModel.state_dict()["model.norm.weight"];
        var trained = AvsrTrainer.Train(s_examples, options);
        using var model = trained.Model;
        var after = model.LanguageModel.state_dict()["model.norm.weight"];
        Assert.AreEqual(ScalarType.Float32, after.dtype);
        // Steps of 1e-6 are far below bfloat16's resolution near 1: only the copies can have kept them.
        Assert.IsFalse(before.allclose(after, 0, 0));
        Assert.IsTrue(before.allclose(after, 0, 1e-5));
        var projector = trained.Modules.Single(m => m.Module == "projector");
        Assert.AreEqual("bfloat16", projector.DType);
        Assert.AreEqual((2 + 4 + 8) * projector.Parameters, projector.TrainingBytes);

        var saved = options with { Checkpoints = new CheckpointOptions { Directory = folder.Path, EverySteps = 1 } };
        using var stop = new CancellationTokenSource();
        Assert.ThrowsExactly<OperationCanceledException>(() => AvsrTrainer.Train(s_examples, saved, new Watch(p => { if (p.Loss is not null) stop.Cancel(); }), stop.Token));
        using var resumed = AvsrTrainer.Train(s_examples, saved).Model;
        AssertSame(model, resumed);
    }

    [TestMethod]
    public void DecayAndTheFloorFollowTheOptions()
    {
        // Without a gradient worth the name, a norm's weight moves only where everything decays.
        var still = s_options with { InitialModel = s_start, BatchSize = 4, LearningRate = 1e-8, WeightDecay = 10, LearningRateFloor = 1, WarmupSteps = 0 };
        using var start = AvsrModelFolder.Load(s_start);
        using var some = AvsrTrainer.Train(s_examples, still with { LearningRate = 1e-4 }).Model;
        using var all = AvsrTrainer.Train(s_examples, still with { LearningRate = 1e-4, DecayEverything = true }).Model;
        var norms = new[] { some, all }.Select(m => m.LanguageModel.state_dict()["model.norm.weight"].mean().item<float>()).ToArray();
        // Two steps, each times 1 - 1e-4 · 10.
        Assert.AreEqual(norms[0] * Math.Pow(1 - 1e-3, 2), norms[1], 2e-4);
        Assert.IsTrue(norms[1] < norms[0] - 1e-3);
    }

    [TestMethod]
    public void SmoothedLabelsMixInTheMeanOverTokens()
    {
        using var generator = manual_seed(2);
        using var scope = NewDisposeScope();
        var llm = new LlamaForCausalLM(new LlamaConfig { VocabularySize = 9, Width = 8, Layers = 1, Heads = 2, KeyValueHeads = 2, FeedForward = 8 });
        llm.eval();
        var embeddings = randn(1, 4, 8);
        var prompt = new PromptBatch(embeddings, [4], [1, 2], [4, 7]);
        var logs = llm.Logits(llm.Decode(embeddings)).reshape(-1, 9).log_softmax(-1);
        var hard = -(logs[1, 4].item<float>() + logs[2, 7].item<float>()) / 2;
        var even = -(logs[1].mean().item<float>() + logs[2].mean().item<float>()) / 2;
        Assert.AreEqual(0.9 * hard + 0.1 * even, TranscriptLoss.CrossEntropy(llm, prompt, labelSmoothing: 0.1).item<float>(), 1e-5);
    }

    [TestMethod]
    public void RecordedNoiseAndMasksChangeTheSound()
    {
        var noise = s_files.File("noise");
        Directory.CreateDirectory(noise);
        WaveFile.Write(Path.Combine(noise, "hum.wav"), new AudioClip(Enumerable.Range(0, 8000).Select(i => 0.2f * MathF.Sin(i)).ToArray(), 16000));
        var recordings = NoiseLibrary.Read([noise]);
        Assert.HasCount(1, recordings);
        var clean = s_examples[0].Input.Audio!.Samples;
        var options = new AvsrTrainerOptions { NoisePaths = [noise], Babble = false, NoiseSnrs = [0] };
        var noisy = new AudioAugmenter([clean], options, recordings).Noisy(clean, new Random(1));
        var difference = noisy.Zip(clean.ToArray()).Sum(p => Math.Pow(p.First - p.Second, 2));
        Assert.AreEqual(clean.ToArray().Sum(x => (double)x * x), difference, difference * 1e-3); // 0 dB
        var masked = new AudioAugmenter([clean], new AvsrTrainerOptions { AdaptiveTimeMasks = true, NoiseSnrs = [] }).Noisy(clean, new Random(7));
        Assert.IsTrue(masked.Count(x => x == 0) > 100);
        Assert.IsTrue(masked.Zip(clean.ToArray()).All(p => p.First == p.Second || p.First == 0));
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => NoiseLibrary.Read([Directory.CreateDirectory(s_files.File("empty")).FullName])).Message, "no .wav files");
    }

    [TestMethod]
    public void TheReferenceCropsAndMasksOnly()
    {
        var clip = s_examples[0].Input.Video!;
        var options = new AvsrTrainerOptions { VideoAugmentation = VideoAugmentation.CropOnly, HorizontalFlip = false };
        var source = clip.Pixels.Span;
        for (var seed = 0; seed < 5; seed++)
        {
            var varied = VideoAugmenter.Vary(clip, new Random(seed), out var order, options);
            CollectionAssert.AreEqual(Enumerable.Range(0, clip.Frames).ToArray(), order.ToArray());
            Assert.IsTrue(source[..(96 * 96)].IndexOf(varied.AsSpan(0, 88)) >= 0, "its first row is a piece of the clip's first frame");
            var masked = VideoAugmenter.Vary(clip, new Random(seed), out _, options with { AdaptiveTimeMasks = true });
            var blank = Enumerable.Range(0, clip.Frames).Count(t => masked.AsSpan(t * 88 * 88, 88 * 88).IndexOfAnyExcept((byte)0) < 0);
            Assert.IsTrue(blank < 10);
        }
    }

    [TestMethod]
    public void TokensOfKeptFeaturesAreBlankedByShare()
    {
        const int Tokens = 400, Width = 3;
        var cache = new FeatureCache(1);
        cache.Add(0, [.. Enumerable.Range(1, Tokens * Width).Select(i => (float)i)], Width);
        float[] Draw(Random? random, double share) => cache.Batch([0], random, share)().Features.data<float>().ToArray();
        var whole = Draw(new Random(1), 0);
        CollectionAssert.AreEqual(whole, Draw(null, 0.9), "what is not drawn is whole");
        foreach (var (share, least, most) in new[] { (0.1, 0.05, 0.11), (0.35, 0.2, 0.36), (1, 0.45, 0.8) })
        {
            var masked = Draw(new Random(1), share);
            var blank = Enumerable.Range(0, Tokens).Where(t => masked.AsSpan(t * Width, Width).IndexOfAnyExcept(0f) < 0).ToHashSet();
            Assert.IsInRange(least, most, blank.Count / (double)Tokens, $"{share}: spans overlap, so fewer than asked for");
            Assert.IsTrue(masked.Zip(whole).Index().All(p => blank.Contains(p.Index / Width) || p.Item.First == p.Item.Second));
        }
    }

    [TestMethod]
    public void LipsAreMaskedOnTheirOwnTermsBesideSoundOnly()
    {
        var options = s_options with { InitialModel = s_start, Budget = TrainingBudget.Epochs(1, 1), MaskedTokens = 0 };
        foreach (var (audio, video, both) in new[] { (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0) })
        {
            var of = options with { AudioShare = audio, VideoShare = video, AudioVisualShare = both };
            using var plain = AvsrTrainer.Train(s_examples, of with { MaskedVideoTokens = 0 }).Model;
            using var masked = AvsrTrainer.Train(s_examples, of with { MaskedVideoTokens = 0.5 }).Model;
            if (both == 0)
                AssertSame(plain, masked);
            else
                Assert.ThrowsExactly<AssertFailedException>(() => AssertSame(plain, masked), "the lips' masks changed nothing");
        }
    }

    [TestMethod]
    public void ThePresetsHaveTheReferencesValues()
    {
        foreach (var preset in new[] { AvsrTrainerOptions.Tiny, AvsrTrainerOptions.PaperAvsr, AvsrTrainerOptions.PaperAsr })
            preset.Validate();
        var paper = AvsrTrainerOptions.PaperAvsr;
        Assert.AreEqual((1e-3, 0.1, 10.0, 0, 0.0), (paper.LearningRate, paper.WeightDecay, paper.MaxGradientNorm, paper.WarmupSteps, paper.LearningRateFloor));
        Assert.AreEqual((4, 2, 0.01, 0.001), (paper.Experts, paper.TopK, paper.LoadBalanceWeight, paper.RouterZWeight));
        Assert.AreEqual((1500, 400, 4, 2), (paper.MaxFrames, paper.LengthClasses, paper.AudioRate, paper.VideoRate));
        Assert.AreEqual((0.0, 0.0), (paper.MaskedTokens, paper.MaskedVideoTokens));
        Assert.AreEqual(5e-4, AvsrTrainerOptions.PaperVsr.LearningRate);
        Assert.AreEqual(LoraConfig.AvHubertReference, AvsrTrainerOptions.PaperVsr.VisualLora);
        // Smaller parts under the whole recipe: it trains.
        var small = paper with { InitialModel = s_start, Budget = TrainingBudget.Epochs(1, 1), NoisyVersions = 1, VideoPasses = 1, MaxFrames = 45 };
        var steps = 0;
        using var model = AvsrTrainer.Train(s_examples, small, new Watch(p => steps = p.Loss is null ? 0 : p.TotalSteps)).Model;
        Assert.AreEqual(2, steps); // four clips of 20 to 22 frames, two to a batch
        Assert.IsTrue(model.parameters().All(p => p.isfinite().all().item<bool>()));
    }

    [TestMethod]
    public void ImpossibleOptionsNameTheCulprit()
    {
        AssertNames(new() { VideoExperts = 3, Routing = ProjectorRouting.Jedr }, nameof(AvsrTrainerOptions.VideoExperts));
        AssertNames(new() { VideoTopK = 1, Routing = ProjectorRouting.Jejr }, nameof(AvsrTrainerOptions.VideoTopK));
        AssertNames(new() { VideoTopK = 5 }, nameof(AvsrTrainerOptions.VideoTopK));
        AssertNames(new() { VideoExperts = 1 }, nameof(AvsrTrainerOptions.VideoExperts));
        AssertNames(new() { MaskedTokens = -0.1 }, nameof(AvsrTrainerOptions.MaskedTokens));
        AssertNames(new() { MaskedVideoTokens = 1.1 }, nameof(AvsrTrainerOptions.MaskedVideoTokens));
        AssertNames(new() { LabelSmoothing = 1 }, nameof(AvsrTrainerOptions.LabelSmoothing));
        AssertNames(new() { AveragedEpochs = 0 }, nameof(AvsrTrainerOptions.AveragedEpochs));
        AssertNames(new() { MaxFrames = 0 }, nameof(AvsrTrainerOptions.MaxFrames));
        AssertNames(new() { NoisePaths = ["no such"] }, nameof(AvsrTrainerOptions.NoisePaths));
        AssertNames(new() { AudioCompressions = [1] }, nameof(AvsrTrainerOptions.AudioCompressions));
        AssertNames(new() { SharedExpert = true, Routing = ProjectorRouting.Dense }, nameof(AvsrTrainerOptions.SharedExpert));
        AssertNames(new() { Tasks = new TaskWeights(0, 0, 0) }, nameof(AvsrTrainerOptions.Tasks));
        AssertNames(new() { UpcycleFrom = "no such" }, nameof(AvsrTrainerOptions.UpcycleFrom));
        AssertNames(new() { AccumulatedBatches = 0 }, nameof(AvsrTrainerOptions.AccumulatedBatches));
        AssertNames(new() { Checkpoints = new CheckpointOptions { Directory = "x", KeepLast = 0 } }, nameof(CheckpointOptions.KeepLast));
    }

    private static void AssertNames(AvsrTrainerOptions options, string name) =>
        Assert.AreEqual(name, Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => options.Validate()).ParamName);

    private static void AssertSame(AvsrModel expected, AvsrModel actual)
    {
        var weights = expected.state_dict();
        foreach (var (name, value) in actual.state_dict())
            CollectionAssert.AreEqual(weights[name].bytes.ToArray(), value.bytes.ToArray(), name);
    }

    private sealed class Watch(Action<AvsrProgress> also) : IProgress<AvsrProgress>
    {
        public void Report(AvsrProgress value) => also(value);
    }
}
