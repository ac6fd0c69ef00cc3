using AutoMl;
using Microsoft.ML.AutoML;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using Microsoft.ML.Avsr.Tests.Pipeline;
using Microsoft.ML.Avsr.Tests.Text;
using Microsoft.ML.Avsr.Tests.Training;
using Microsoft.ML.Avsr.Training;
using Microsoft.ML.Data;
using Microsoft.ML.SearchSpace;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Samples;

/// <summary>The sample that sweeps, on clips of tones.</summary>
[TestClass]
public sealed class AutoMlTests
{
    private static readonly ClipFolder s_clips = new(8);

    [ClassCleanup]
    public static void Cleanup() => s_clips.Dispose();

    private static SpeechTrialRunner Runner(MLContext ml, IDataView media, string? languageModel = null) => new(ml, media, media, new AvsrEstimator.Options
    {
        AudioColumnName = "Audio",
        LabelColumnName = "Transcript",
        OutputColumnName = "Heard",
        Training = new AvsrTrainerOptions { Modalities = Modality.Audio, Budget = TrainingBudget.Epochs(1, 1), LanguageModelFolder = languageModel },
        Decoding = new DecodingOptions { MaxTokens = 4 },
    }, speedWeight: 0.1);

    private static IDataView Media(MLContext ml)
    {
        var clips = ml.Data.LoadFromEnumerable(s_clips.Paths.Select((path, i) => new Clip { Path = path, Transcript = i % 2 == 0 ? "bin blue" : "set red" }).ToList());
        return ml.Data.Cache(ml.Transforms.LoadSpeechMedia().Fit(clips).Transform(clips));
    }

    private sealed class Watcher(Action<TrialResult>? completed = null) : IMonitor
    {
        public List<TrialResult> Results { get; } = [];
        public List<Exception?> Failures { get; } = [];
        public void ReportCompletedTrial(TrialResult result)
        {
            Results.Add(result);
            completed?.Invoke(result);
        }

        public void ReportBestTrial(TrialResult result) { }
        public void ReportFailTrial(TrialSettings settings, Exception? exception = null) => Failures.Add(exception);
        public void ReportRunningTrial(TrialSettings settings) { }
    }

    [TestMethod]
    public async Task TheSweepKeepsTheBestAndFreesTheOthers()
    {
        var ml = new MLContext(1);
        var media = Media(ml);
        using var runner = Runner(ml, media);
        var watcher = new Watcher();
        var best = await SpeechSweep.Create(ml, runner, watcher, hasAdapters: false, trials: 3, seed: 2).RunAsync(CancellationToken.None);
        Assert.HasCount(3, watcher.Results);
        Assert.AreEqual(watcher.Results.Min(result => result.Loss), best.Loss);
        foreach (var result in watcher.Results)
        {
            Assert.IsTrue(result.Loss > result.Metric, "time has its price");
            Assert.IsGreaterThan(0, result.Metric, "what was heard is compared with what was said, not with itself");
            var options = result.TrialSettings.Parameter[SpeechSweep.Key].AsType<AvsrTrainerOptions>();
            options.Validate();
            Assert.IsTrue(options.AudioRate is 2 or 4 or 8);
        }
        Assert.AreEqual(3, watcher.Results.Select(result => result.TrialSettings.Parameter.ToString()).Distinct().Count());
        using var model = (AvsrTransformer)best.Model;
        Assert.AreEqual(8, model.Transform(media).GetColumn<string>("Heard").Count());
        foreach (var other in watcher.Results.Where(result => result.Model is AvsrTransformer transformer && transformer != model))
            Assert.ThrowsExactly<ObjectDisposedException>(() => ((AvsrTransformer)other.Model).Recognizer);
    }

    [TestMethod]
    public async Task TheRankOfAdaptersIsSweptBeforeAPretrainedLanguageModel()
    {
        using var folder = new TemporaryFolder();
        PretrainedFiles.WriteLanguageModel(folder.File("llama"));
        var ml = new MLContext(1);
        var media = Media(ml);
        using var runner = Runner(ml, media, folder.File("llama"));
        var watcher = new Watcher();
        var best = await SpeechSweep.Create(ml, runner, watcher, hasAdapters: true, trials: 2, seed: 2).RunAsync(CancellationToken.None);
        Assert.IsEmpty(watcher.Failures);
        using var model = (AvsrTransformer)best.Model;
        var asked = best.TrialSettings.Parameter[SpeechSweep.RankKey][nameof(LoraConfig.Rank)].AsType<int>();
        Assert.AreEqual(asked, ((SpeechRecognizer)model.Model.Recognizer).Model.Config.Lora?.Rank);
    }

    [TestMethod]
    public async Task ACancelledSweepReturnsTheBestSoFar()
    {
        var ml = new MLContext(1);
        using var runner = Runner(ml, Media(ml));
        using var stop = new CancellationTokenSource();
        var watcher = new Watcher(_ => stop.Cancel());
        var best = await SpeechSweep.Create(ml, runner, watcher, hasAdapters: false, trials: 50, seed: 2).RunAsync(stop.Token);
        Assert.HasCount(1, watcher.Results);
        Assert.AreSame(watcher.Results[0], best);
        ((AvsrTransformer)best.Model).Dispose();
    }

    [TestMethod]
    public void TheSweptOptionsAreThoseThatTheSampleNames()
    {
        var keys = SpeechSweep.Space().Keys.ToArray();
        foreach (var name in new[] { "AudioRate", "Experts", "LearningRate", "TopK", "VideoRate" })
            CollectionAssert.Contains(keys, name);
        Assert.IsFalse(keys.Contains("WeightDecay"));
    }

    [TestMethod]
    public void TheMonitorPrintsALinePerTrial()
    {
        using var output = new StringWriter();
        var monitor = new ConsoleMonitor(output);
        var parameter = Parameter.CreateNestedParameter(KeyValuePair.Create(SpeechSweep.Key, Parameter.CreateNestedParameter(KeyValuePair.Create("Experts", Parameter.FromInt(4)))));
        var settings = new TrialSettings { TrialId = 3, Parameter = parameter };
        monitor.ReportRunningTrial(settings);
        monitor.ReportCompletedTrial(new TrialResult { TrialSettings = settings, Metric = 0.25, Loss = 0.275, DurationInMilliseconds = 12_000 });
        monitor.ReportFailTrial(settings, new InvalidOperationException("no"));
        StringAssert.StartsWith(output.ToString(), "trial 3: {\"avsr\":{\"Experts\":4}}");
        StringAssert.Contains(output.ToString(), "word error rate 25.0");
        StringAssert.Contains(output.ToString(), "trial 3 failed: no");
    }
}
