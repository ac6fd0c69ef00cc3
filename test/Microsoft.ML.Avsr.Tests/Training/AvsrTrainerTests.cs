using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using Microsoft.ML.Avsr.Training;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using TorchSharp;

namespace Microsoft.ML.Avsr.Tests.Training;

[TestClass]
public class AvsrTrainerTests
{
    [TestMethod]
    public void TheSameSeedGivesTheSameBits()
    {
        var examples = TinyExamples.Make(8);
        using var first = TinyExamples.Train(examples).Model;
        using var second = TinyExamples.Train(examples).Model;
        var expected = first.state_dict();
        foreach (var (name, value) in second.state_dict())
            CollectionAssert.AreEqual(expected[name].bytes.ToArray(), value.bytes.ToArray(), name);
    }

    [TestMethod]
    public void AnotherSeedGivesOtherWeights()
    {
        var examples = TinyExamples.Make(4);
        using var first = TinyExamples.Train(examples, seed: 1).Model;
        using var second = TinyExamples.Train(examples, seed: 2).Model;
        Assert.IsFalse(first.LanguageModel.parameters().First().allclose(second.LanguageModel.parameters().First()));
    }

    [TestMethod]
    public void EveryStageReportsAndLearns()
    {
        var reports = new List<AvsrProgress>();
        var options = new AvsrTrainerOptions { Budget = TrainingBudget.Epochs(12, 12), Seed = 1, VideoPasses = 1, NoisyVersions = 0, CleanShare = 1 };
        var trained = AvsrTrainer.Train(TinyExamples.Make(16), options, new Collect(reports));
        using var model = trained.Model;
        CollectionAssert.AreEqual(
            new[] { "audio encoder (CTC)", "audio features", "visual encoder (CTC)", "video features", "projector + language model" },
            reports.Select(r => r.Stage).Distinct().ToArray());
        foreach (var stage in trained.Stages)
        {
            var points = trained.Curve.Where(p => p.Stage == stage.Stage).ToList();
            Assert.IsTrue(points[^1].Loss < points[0].Loss, $"{stage.Stage}: {points[0].Loss} -> {points[^1].Loss}");
            Assert.AreEqual(12, stage.Epochs);
        }
        Assert.IsTrue(reports.All(r => r.Step >= 1 && r.Step <= r.TotalSteps));
        Assert.IsTrue(trained.Parameters >= trained.TrainedParameters && trained.TrainedParameters > 1_000_000);
        CollectionAssert.AreEquivalent(new[] { "audio", "video" }, trained.Routing.Select(r => r.Modality).ToArray());
        foreach (var choice in trained.Routing.SelectMany(r => r.Shares))
            Assert.AreEqual(1, choice.Sum(), 1e-6);
    }

    [TestMethod]
    [DataRow(true, false, Modality.Audio)]
    [DataRow(false, true, Modality.Video)]
    public void ClipsWithOneStreamTrainAModelForThatStream(bool audio, bool video, Modality expected)
    {
        using var model = TinyExamples.Train(TinyExamples.Make(4, audio: audio, video: video)).Model;
        Assert.AreEqual(expected, model.Config.Supported);
    }

    [TestMethod]
    public void MixedClipsTrainTogether()
    {
        var examples = TinyExamples.Make(4).Concat(TinyExamples.Make(2, 6, video: false)).Concat(TinyExamples.Make(2, 7, audio: false)).ToList();
        using var model = TinyExamples.Train(examples).Model;
        Assert.AreEqual(Modality.AudioVisual, model.Config.Supported);
    }

    [TestMethod]
    [DataRow(ProjectorRouting.Dense)]
    [DataRow(ProjectorRouting.Jejr)]
    [DataRow(ProjectorRouting.Jedr)]
    [DataRow(ProjectorRouting.Dedr)]
    public void EveryRoutingTrains(ProjectorRouting routing)
    {
        using var model = TinyExamples.Train(TinyExamples.Make(4), options: new AvsrTrainerOptions { Routing = routing }).Model;
        Assert.AreEqual(routing, model.Config.Projector.Routing);
    }

    [TestMethod]
    public void SilentClipsTrainWithoutBabble()
    {
        var silent = TinyExamples.Make(2).Select(e => e with
        {
            Input = new SpeechInput(new(new float[e.Input.Audio!.Samples.Length], 16000), e.Input.Video),
        }).ToList();
        using var model = TinyExamples.Train(silent).Model;
        Assert.IsTrue(model.parameters().All(p => p.isfinite().all().item<bool>()));
    }

    [TestMethod]
    public void CancellationStopsTraining()
    {
        using var stop = new CancellationTokenSource();
        var options = new AvsrTrainerOptions { Budget = TrainingBudget.Epochs(1000, 1000) };
        Assert.ThrowsExactly<OperationCanceledException>(() =>
            AvsrTrainer.Train(TinyExamples.Make(4), options, new Collect([], _ => stop.Cancel()), stop.Token));
    }

    [TestMethod]
    public void AMinuteBudgetBecomesEpochs()
    {
        var options = new AvsrTrainerOptions { Budget = TrainingBudget.Minutes(0.1), VideoPasses = 0, NoisyVersions = 0 };
        var trained = AvsrTrainer.Train(TinyExamples.Make(4), options);
        using var model = trained.Model;
        Assert.IsTrue(trained.Stages.All(s => s.Epochs >= 1));
        Assert.IsTrue(trained.TrainSeconds < 30, $"{trained.TrainSeconds:f1} s for a budget of 6 s");
    }

    [TestMethod]
    public void NothingToLearnFromIsAnError()
    {
        var error = Assert.ThrowsExactly<ArgumentException>(() => AvsrTrainer.Train([], new AvsrTrainerOptions()));
        StringAssert.Contains(error.Message, "0 examples");
    }

    [TestMethod]
    public void ImpossibleOptionsNameTheCulprit()
    {
        AssertNames(new AvsrTrainerOptions { TopK = 5 }, nameof(AvsrTrainerOptions.TopK));
        AssertNames(new AvsrTrainerOptions { Experts = 0 }, nameof(AvsrTrainerOptions.Experts));
        AssertNames(new AvsrTrainerOptions { AudioRate = 0 }, nameof(AvsrTrainerOptions.AudioRate));
        AssertNames(new AvsrTrainerOptions { LearningRate = double.NaN }, nameof(AvsrTrainerOptions.LearningRate));
        AssertNames(new AvsrTrainerOptions { NoiseSnrs = [double.PositiveInfinity] }, nameof(AvsrTrainerOptions.NoiseSnrs));
        Assert.ThrowsExactly<DirectoryNotFoundException>(() => new AvsrTrainerOptions { AudioEncoderFolder = "no such folder" }.Validate());
    }

    private static void AssertNames(AvsrTrainerOptions options, string name) =>
        Assert.AreEqual(name, Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => options.Validate()).ParamName);

    private sealed class Collect(List<AvsrProgress> reports, Action<AvsrProgress>? also = null) : IProgress<AvsrProgress>
    {
        public void Report(AvsrProgress value)
        {
            reports.Add(value);
            also?.Invoke(value);
        }
    }
}
