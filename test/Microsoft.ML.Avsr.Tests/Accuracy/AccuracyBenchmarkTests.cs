using System.Text.Json;
using Microsoft.ML.Avsr.Accuracy;
using Microsoft.ML.Avsr.Features;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using Microsoft.ML.Avsr.Tests.Text;
using Microsoft.ML.Avsr.Tests.Training;
using Microsoft.ML.Avsr.Training;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using QuickStart;

namespace Microsoft.ML.Avsr.Tests.Accuracy;

/// <summary>The mini-benchmark of routings, on a corpus of a few made-up clips.</summary>
[TestClass]
public class AccuracyBenchmarkTests
{
    private static readonly AccuracyCorpus s_corpus = new(TinyExamples.Make(6), TinyExamples.Make(2, seed: 8));

    [TestMethod]
    public void AStoppedBenchmarkGoesOnWithTheRunsThatAreMissing()
    {
        using var folder = new TemporaryFolder();
        var options = new AccuracyOptions { Epochs = (1, 2), Seeds = 1, Runs = RunSelection.Routings, Work = folder.Path, Name = "tiny" };
        using var stop = new CancellationTokenSource();
        var made = new List<RunResult>();
        var first = new AccuracyRunner(options, s_corpus, (_, _, _) => { }, stop.Token)
        {
            Finished = run =>
            {
                made.Add(run);
                if (made.Count == 2)
                    stop.Cancel();
            },
        };
        Assert.ThrowsExactly<OperationCanceledException>(() => first.Run());
        var store = new RunStore(folder.File("tiny"));
        Assert.AreEqual(2, store.All().Count);
        using (store.Claim(options.Series, 1, ProjectorChoice.Routings[2]))
            Assert.AreEqual(1, new AccuracyRunner(options, s_corpus, (_, _, _) => { }, default) { Finished = made.Add }.Run(), "the other one is in another process's hands");
        Assert.AreEqual(1, new AccuracyRunner(options, s_corpus, (_, _, _) => { }, default) { Finished = made.Add }.Run());
        Assert.AreEqual(0, new AccuracyRunner(options, s_corpus, (_, _, _) => { }, default).Run());

        CollectionAssert.AreEquivalent(ProjectorChoice.Routings.ToArray(), made.Select(r => r.Projector).ToArray());
        foreach (var run in store.All())
        {
            Assert.AreEqual(2 * TestCondition.All.Count + 1, run.Cells.Count);
            Assert.IsTrue(run.Cells.All(c => c.Words == 4));
            Assert.AreEqual(2, run.Stages[^1].Epochs, "equal steps");
            Assert.AreEqual(run.Projector == ProjectorChoice.First ? 3 : 1, run.Stages.Count, "encoders train once");
            Assert.AreEqual(run.Projector.Routing == ProjectorRouting.Dense, run.Routing.Count == 0);
        }
        AssertReport(folder, store);

        var other = new AccuracyRunner(options, s_corpus with { Test = TinyExamples.Make(2, seed: 9) }, (_, _, _) => { }, default);
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => other.Run()).Message, "other clips");
    }

    [TestMethod]
    public void AFirstRunThatWasStoppedInTheMiddleGoesOn()
    {
        using var folder = new TemporaryFolder();
        var options = new AccuracyOptions { Epochs = (1, 2), Seeds = 1, Runs = RunSelection.First, VisualEncoder = VisualSize.Half, Name = "tiny" };
        RunResult Finish(string work)
        {
            RunResult? result = null;
            Assert.AreEqual(1, new AccuracyRunner(options with { Work = folder.File(work) }, s_corpus, (_, _, _) => { }, default) { Finished = run => result = run }.Run());
            return result!;
        }
        using var stop = new CancellationTokenSource();
        var stopped = new AccuracyRunner(options with { Work = folder.File("stopped") }, s_corpus, (stage, done, _) =>
        {
            if (stage.EndsWith("projector + language model", StringComparison.Ordinal) && done > 0.5)
                stop.Cancel();
        }, stop.Token);
        Assert.ThrowsExactly<OperationCanceledException>(() => stopped.Run());
        Assert.AreEqual(0, new RunStore(folder.File("stopped/tiny")).All().Count);
        var (resumed, whole) = (Finish("stopped"), Finish("whole"));
        Assert.AreEqual(whole.Stages[^1].FinalLoss, resumed.Stages[^1].FinalLoss);
        CollectionAssert.AreEqual(whole.Stages.Select(s => s.Steps).ToArray(), resumed.Stages.Select(s => s.Steps).ToArray());
        CollectionAssert.AreEqual(whole.Cells.ToArray(), resumed.Cells.ToArray());
        Assert.IsTrue(whole.VisualParameters is > 100_000 and < 1_000_000, $"{whole.VisualParameters}");
    }

    [TestMethod]
    public void EncodersServeEveryLengthOfTheRest()
    {
        using var folder = new TemporaryFolder();
        RunResult Run(int epochs, string work)
        {
            RunResult? result = null;
            var options = new AccuracyOptions { Epochs = (1, epochs), Seeds = 1, Runs = RunSelection.First, Work = folder.File(work), Name = "tiny" };
            Assert.AreEqual(1, new AccuracyRunner(options, s_corpus, (_, _, _) => { }, default) { Finished = run => result = run }.Run());
            return result!;
        }
        Run(1, "shared");
        var (shared, fresh) = (Run(2, "shared"), Run(2, "fresh"));
        CollectionAssert.AreEqual(fresh.Stages.Select(s => s.Stage).ToArray(), shared.Stages.Select(s => s.Stage).ToArray());
        Assert.AreEqual(fresh.Stages[^1].FinalLoss, shared.Stages[^1].FinalLoss, "the same training over encoders from disk");
        CollectionAssert.AreEqual(fresh.Cells.ToArray(), shared.Cells.ToArray());
        File.WriteAllText(Directory.GetFiles(folder.File("shared/tiny/encoders"), "stages.json", SearchOption.AllDirectories).Single(), "{");
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => Run(3, "shared")).Message, "stages.json");
    }

    [TestMethod]
    public void EachOptionBeyondThePaperIsARun()
    {
        using var folder = new TemporaryFolder();
        var options = new AccuracyOptions { Epochs = (1, 3), Seeds = 1, Runs = RunSelection.Extensions, Work = folder.Path, Name = "tiny" };
        var made = new List<RunResult>();
        new AccuracyRunner(options, s_corpus, (_, _, _) => { }, default) { Finished = made.Add }.Run();
        ProjectorChoice[] expected = [ProjectorChoice.First, .. ProjectorChoice.Extensions.SelectMany(e => e.ScoredAs)];
        CollectionAssert.AreEqual(expected, made.Select(r => r.Projector).ToArray());
        RunResult Of(Extension extension) => made.Single(r => r.Projector.Extension == extension);
        Assert.IsGreaterThan(made[0].ProjectorParameters, Of(Extension.SharedExpert).ProjectorParameters);
        Assert.AreEqual(1, Of(Extension.UnifiedTasks).Stages[^1].Epochs, "a third: each step trains three tasks");
        Assert.AreEqual(Of(Extension.MatryoshkaRates).Stages[^1].FinalLoss, Of(Extension.MatryoshkaHalf).Stages[^1].FinalLoss, "one training");
        var losses = made.Where(r => r.Projector.Extension != Extension.MatryoshkaHalf).Select(r => r.Stages[^1].FinalLoss).ToArray();
        Assert.HasCount(losses.Length, losses.Distinct(), "each option does something");
        var tables = File.ReadAllText(ResultsWriter.Write(folder.File("results"), "tiny", made)[1]);
        StringAssert.Contains(tables, "| DEDR N=4 K=2, Matryoshka at half rate | 1 | audiovisual |");
    }

    private static void AssertReport(TemporaryFolder folder, RunStore store)
    {
        var files = ResultsWriter.Write(folder.File("results"), "tiny", store.All());
        using var json = JsonDocument.Parse(File.ReadAllText(files[0]));
        Assert.AreEqual(4, json.RootElement.GetProperty("Runs").GetArrayLength());
        var dense = store.All().Single(r => r.Projector.Name == "dense");
        var rate = json.RootElement.GetProperty("Summary").EnumerateArray().Single(s => s.GetProperty("Projector").GetString() == "dense")
            .GetProperty("Cells").EnumerateArray().Single(c => c.GetProperty("Modality").GetString() == "Video").GetProperty("Rate").GetProperty("Mean").GetDouble();
        Assert.AreEqual(dense.Rate(Modality.Video, null, null)!.Value, rate, 1e-9);
        var tables = File.ReadAllText(files[1]);
        foreach (var run in store.All())
            StringAssert.Contains(tables, $"| {run.Projector.Name} | 1 | audiovisual |");
        var page = File.ReadAllText(files[2]);
        Assert.IsFalse(page.Contains("http", StringComparison.Ordinal), "the page loads nothing");
        Assert.AreEqual(3 + 12, page.Split("<svg").Length - 1, "three figures of error rates, four panels of shares for each routing");
    }

    [TestMethod]
    public void FeaturesEncodedOnceGiveTheTextsOfTheWholeModel()
    {
        using var folder = new TemporaryFolder();
        using var recognizer = new SpeechRecognizer(TinyExamples.Train([.. s_corpus.Training]).Model);
        var noisy = new TestCondition(NoiseType.Pink, 5);
        var inputs = s_corpus.Test.Select(t => t.Input).ToArray();
        foreach (var start in new[] { "encoded", "read" })
        {
            var features = new TestFeatures(recognizer.Model, s_corpus.Test, folder.Path, _ => { }, default);
            foreach (var condition in new[] { TestCondition.Clean, noisy })
            {
                var heard = condition == noisy ? NoiseEvaluator.WithNoise(inputs, NoiseType.Pink, 5, seed: 1) : inputs;
                var expected = recognizer.Transcribe(heard).Select(t => t.Text).ToArray();
                CollectionAssert.AreEqual(expected, features.Transcribe(recognizer, condition, Modality.AudioVisual, default), start);
            }
        }
    }

    [TestMethod]
    public void ProjectorsTrainOverTheEncodersOfAnotherModel()
    {
        using var folder = new TemporaryFolder();
        using var source = TinyExamples.Train([.. s_corpus.Training]).Model;
        AvsrModelFolder.Save(folder.File("first"), source);
        var trained = TinyExamples.Train([.. s_corpus.Training], seed: 4, new AvsrTrainerOptions { EncodersFrom = folder.File("first"), Routing = ProjectorRouting.Jedr });
        using var model = trained.Model;
        Assert.AreEqual(1, trained.Stages.Count, "only projector and language model");
        Assert.IsTrue(trained.Modules.Where(m => m.Module is "audio_encoder" or "video_encoder" or "audio_ctc" or "video_ctc").All(m => m.Trainable == 0));
        var before = source.state_dict();
        foreach (var (name, tensor) in model.state_dict())
        {
            var isShared = !name.StartsWith("projector.", StringComparison.Ordinal) && !name.StartsWith("llm.", StringComparison.Ordinal);
            if (isShared)
                CollectionAssert.AreEqual(before[name].bytes.ToArray(), tensor.bytes.ToArray(), name);
        }
        Assert.AreEqual(source.Tokenizer.Serialize(), model.Tokenizer.Serialize());
        Assert.IsTrue(source.Config is { AudioCtcCertainty: > 0 and < 1, VideoCtcCertainty: > 0 and < 1 }, $"{source.Config}");
        Assert.AreEqual(source.Config.AudioCtcCertainty!.Value, model.Config.AudioCtcCertainty!.Value, 1e-6);
        Assert.AreEqual(source.Config.VideoCtcCertainty!.Value, model.Config.VideoCtcCertainty!.Value, 1e-6);

        var wrong = new AvsrTrainerOptions { EncodersFrom = folder.File("first"), LanguageModelFolder = folder.Path };
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => wrong.Validate()).Message, nameof(AvsrTrainerOptions.EncodersFrom));
        wrong = new AvsrTrainerOptions { EncodersFrom = folder.File("first"), VisualEncoder = VisualEncoderConfig.Tiny };
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => wrong.Validate()).Message, nameof(AvsrTrainerOptions.VisualEncoder));
    }

    [TestMethod]
    public void SpreadIsTheSampleDeviation()
    {
        Assert.AreEqual("4.0 ± 2.0", Spread.Of([2, 4, null, 6])!.ToString());
        Assert.AreEqual("4.0", Spread.Of([4])!.ToString());
        Assert.IsNull(Spread.Of([null]));
    }

    [TestMethod]
    public void RunsThatMatterMostComeFirst()
    {
        var order = AccuracyRunner.Order(new AccuracyOptions { Seeds = 2 });
        Assert.AreEqual(18, order.Count);
        Assert.AreEqual(18, order.Distinct().Count());
        Assert.IsTrue(order.Take(9).All(r => r.Seed == 1));
        CollectionAssert.AreEqual(ProjectorChoice.Routings.ToArray(), order.Skip(9).Take(4).Select(r => r.Projector).ToArray());
        Assert.IsTrue(order.GroupBy(r => r.Seed).All(g => g.First().Projector == ProjectorChoice.First), "it trains the encoders");
    }

    [TestMethod]
    [DataRow("--seeds", "0", "--seeds is '0'")]
    [DataRow("--epochs", "3", "--epochs is '3'")]
    [DataRow("--minutes-per-run", "soon", "--minutes-per-run is 'soon'")]
    [DataRow("--runs", "some", "all, routings, first, extensions")]
    [DataRow("--visual-encoder", "1", "tiny, half")]
    [DataRow("--corpus", "no such.csv", "no such file")]
    [DataRow("--box", "1,2,3,4", "--box needs --corpus")]
    [DataRow("--name", "../up", "letters")]
    [DataRow("--seed", "3", "did you mean --seeds?")]
    public void WrongOptionsAreNamed(string option, string value, string message) =>
        StringAssert.Contains(Assert.ThrowsExactly<OptionException>(() => AccuracyOptions.Parse(option, value)).Message, message);

    [TestMethod]
    public void OptionsMeanWhatTheHelpSays()
    {
        var options = AccuracyOptions.Parse("--epochs", "40,12", "--seeds", "2", "--first-seed", "5", "--runs", "first", "--visual-encoder", "half");
        Assert.AreEqual("scratch_half_40+12-epochs", options.Series);
        CollectionAssert.AreEqual(new[] { (5, ProjectorChoice.First), (6, ProjectorChoice.First) }, AccuracyRunner.Order(options).ToArray());
        Assert.IsTrue(AccuracyOptions.Parse("--help").Help);
        Assert.IsTrue(AccuracyOptions.Parse("--report").ReportOnly);
    }
}
