using Microsoft.ML.Avsr.Features;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using Microsoft.ML.Avsr.Training;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Pipeline;

/// <summary>What the pipeline does to its surroundings: log, temporary files, other threads, other contexts, cancellation.</summary>
[TestClass]
public sealed class EnvironmentTests
{
    private sealed class Clip
    {
        public string Path { get; set; } = "";
        public string Label { get; set; } = "";
        [FeatureSequenceType]
        public FeatureSequence? Heard { get; set; }
    }

    private static readonly ClipFolder s_clips = new(6);

    [ClassCleanup]
    public static void Cleanup() => s_clips.Dispose();

    private static List<Clip> Rows() => [.. s_clips.Paths.Select((path, i) => new Clip
    {
        Path = path,
        Label = i % 2 == 0 ? "zebra quilt" : "set red",
        Heard = new FeatureSequence(Enumerable.Range(0, 8 * (10 + i)).Select(v => MathF.Sin(v * (i % 2 + 1))).ToArray(), 10 + i, 8),
    })];

    private static AvsrEstimator.Options OverFeatures(int epochs = 2) => new()
    {
        AudioColumnName = "Heard",
        Training = new AvsrTrainerOptions { Modalities = Modality.Audio, Budget = TrainingBudget.Epochs(1, epochs) },
        Decoding = new DecodingOptions { MaxTokens = 4 },
    };

    private static AvsrEstimator.Options OverPaths() => new()
    {
        Training = new AvsrTrainerOptions { Modalities = Modality.Audio, Budget = TrainingBudget.Epochs(1, 1), NoisyVersions = 0 },
        Decoding = new DecodingOptions { MaxTokens = 4 },
    };

    [TestMethod]
    public void MessagesAboutRowsAreMarkedAsTheUsersData()
    {
        var ml = new MLContext(1);
        var rows = Rows();
        rows.Add(new Clip { Path = "private-place/lost.wav", Label = "zebra quilt" });
        var environment = new RecordingEnvironment();
        using var model = new AvsrEstimator(new AvsrLog(environment), OverPaths()).Fit(ml.Data.LoadFromEnumerable(rows));
        var about = environment.Messages.Where(message => message.Text.Contains("private-place", StringComparison.Ordinal)).ToList();
        Assert.HasCount(1, about);
        Assert.IsTrue(about[0].Sensitivity.HasFlag(MessageSensitivity.UserData));
        Assert.IsTrue(environment.Messages.Any(message => message.Text.Contains("epoch", StringComparison.Ordinal) && message.Sensitivity == MessageSensitivity.None));
        foreach (var message in environment.Messages)
        {
            var isData = message.Text.Contains("zebra", StringComparison.Ordinal) || message.Text.Contains(".wav", StringComparison.Ordinal);
            Assert.IsTrue(!isData || message.Sensitivity.HasFlag(MessageSensitivity.UserData), $"{message.Sensitivity}: {message.Text}");
        }
        Assert.IsFalse(environment.Messages.Any(message => message.Text.Contains("zebra", StringComparison.Ordinal)), "transcripts are never logged");
    }

    [TestMethod]
    public void FittingAndRecognisingLeaveTemporaryFoldersAlone()
    {
        var before = Environment.GetEnvironmentVariable("TMPDIR");
        var (system, context) = (Directory.CreateTempSubdirectory("avsr-tmp-").FullName, Directory.CreateTempSubdirectory("avsr-tmp-").FullName);
        var created = new List<string>();
        using var watcher = new FileSystemWatcher(system) { IncludeSubdirectories = true };
        watcher.Created += (_, file) => created.Add(file.Name ?? "");
        watcher.EnableRaisingEvents = true;
        try
        {
            Environment.SetEnvironmentVariable("TMPDIR", system);
            Assert.AreEqual(Path.TrimEndingDirectorySeparator(system), Path.TrimEndingDirectorySeparator(Path.GetTempPath()));
            var ml = new MLContext(1) { TempFilePath = context };
            var bytes = ml.Data.LoadFromEnumerable(s_clips.Paths.Select(path => new { Path = File.ReadAllBytes(path), Label = "set red" }).ToList());
            using (var model = ml.Avsr().Train(bytes, OverPaths()))
                Assert.AreEqual(6, model.Transform(bytes).GetColumn<string>("Transcript").Count());
        }
        finally
        {
            Environment.SetEnvironmentVariable("TMPDIR", before);
        }
        Assert.AreEqual("", string.Join(", ", Directory.EnumerateFileSystemEntries(context)));
        Assert.AreEqual("", string.Join(", ", created.Concat(Directory.EnumerateFileSystemEntries(system))));
        Directory.Delete(system, recursive: true);
        Directory.Delete(context, recursive: true);
    }

    [TestMethod]
    public void EightThreadsOnOneModelHearWhatOneHears()
    {
        var ml = new MLContext(1);
        var data = ml.Data.LoadFromEnumerable(Rows());
        using var model = ml.Transforms.Avsr(OverPaths()).Fit(data);
        var expected = Read(model, data);
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ => CollectionAssert.AreEqual(expected, Read(model, data)));
    }

    [TestMethod]
    public void TwoContextsAtOnceDoWhatEachDoesAlone()
    {
        // Training draws from libtorch's one stream of random numbers, so models are fitted first, and used at once.
        using var first = Fit(5);
        using var second = Fit(6);
        var data = new[] { new MLContext(5), new MLContext(6) }.Select(ml => ml.Data.LoadFromEnumerable(Rows())).ToArray();
        var alone = new[] { Read(first, data[0]), Read(second, data[1]) };
        Assert.IsFalse(alone[0].SequenceEqual(alone[1]), "two seeds, two models");
        var failures = new System.Collections.Concurrent.ConcurrentBag<Exception>();
        var threads = Enumerable.Range(0, 4).Select(i => new Thread(() =>
        {
            try
            {
                for (var round = 0; round < 3; round++)
                    CollectionAssert.AreEqual(alone[i % 2], Read(i % 2 == 0 ? first : second, data[i % 2]));
                // Saving and loading beside it.
                using var stream = new MemoryStream();
                var ml = new MLContext();
                ml.Model.Save(i % 2 == 0 ? first : second, null, stream);
                stream.Position = 0;
                using var loaded = ml.Avsr().Load(stream);
                CollectionAssert.AreEqual(alone[i % 2], Read(loaded, data[i % 2]));
            }
            catch (Exception error)
            {
                failures.Add(error);
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        Assert.AreEqual("", string.Join("\n", failures.Select(failure => failure.Message)));

        AvsrTransformer Fit(int seed)
        {
            var ml = new MLContext(seed);
            return ml.Transforms.Avsr(OverFeatures()).Fit(ml.Data.LoadFromEnumerable(Rows()));
        }
    }

    private static List<string> Read(ITransformer model, IDataView data)
    {
        var output = model.Transform(data);
        return PipelineContract.Rows(output, output.Schema["Transcript"], output.Schema["Transcript.Confidence"], output.Schema["Transcript.Modality"]);
    }

    [TestMethod]
    public void TheSizeReportNamesEveryPart()
    {
        var ml = new MLContext(1);
        using var model = ml.Transforms.Avsr(OverFeatures()).Fit(ml.Data.LoadFromEnumerable(Rows()));
        var report = model.GetSizeReport();
        CollectionAssert.AreEquivalent(new[] { "projector", "llm" }, report.Select(part => part.Part).ToArray());
        Assert.IsTrue(report.All(part => part.IsSaved && part.Bytes == 4 * part.Numbers));
        Assert.AreEqual(model.TrainingReport!.Parameters, report.Sum(part => part.Numbers));
        using var stream = new MemoryStream();
        model.Model.Save(stream);
        Assert.IsTrue(stream.Length > report.Sum(part => part.Bytes) && stream.Length < report.Sum(part => part.Bytes) + 100_000);
    }

    private sealed class CancelInEpoch(CancellationTokenSource source, int epoch) : IProgress<AvsrProgress>
    {
        public void Report(AvsrProgress value)
        {
            if (value.Epoch == epoch && value.Stage.StartsWith("projector", StringComparison.Ordinal))
                source.Cancel();
        }
    }

    [TestMethod]
    public void ACancelledFitThrowsOrReturnsTheBestSoFar()
    {
        var ml = new MLContext(1);
        var data = ml.Data.LoadFromEnumerable(Rows());
        foreach (var behavior in new[] { StopBehavior.Throw, StopBehavior.ReturnBest })
        {
            using var source = new CancellationTokenSource();
            var options = OverFeatures(epochs: 50);
            options.Training = options.Training with { OnCancellation = behavior };
            options.CancellationToken = source.Token;
            options.Progress = new CancelInEpoch(source, 2);
            if (behavior == StopBehavior.Throw)
            {
                Assert.Throws<OperationCanceledException>(() => ml.Transforms.Avsr(options).Fit(data));
                continue;
            }
            using var model = ml.Transforms.Avsr(options).Fit(data);
            Assert.IsNotNull(model.TrainingReport!.Stopped);
            Assert.AreEqual(6, model.Transform(data).GetColumn<string>("Transcript").Count(), "the model itself is not cancelled");
        }
    }
}
