using System.Diagnostics;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using Microsoft.ML.Avsr.Training;
using Microsoft.ML.Data;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Pipeline;

/// <summary>The whole way from files to a fitted, saved and loaded model, with the least training there is.</summary>
[TestClass]
public sealed class FitTests
{
    private sealed class Clip
    {
        public string Path { get; set; } = "";
        public string Words { get; set; } = "";
    }

    private sealed class Reports : IProgress<AvsrProgress>
    {
        public List<AvsrProgress> All { get; } = [];
        public void Report(AvsrProgress value) => All.Add(value);
    }

    private static readonly ClipFolder s_clips = new(6);

    [ClassCleanup]
    public static void Cleanup() => s_clips.Dispose();

    private static AvsrEstimator.Options Options() => new()
    {
        LabelColumnName = "Words",
        OutputColumnName = "Heard",
        Training = new AvsrTrainerOptions { Modalities = Modality.Audio, Budget = TrainingBudget.Epochs(1, 1), NoisyVersions = 0 },
        Decoding = new DecodingOptions { MaxTokens = 4 },
    };

    private static IDataView Data(MLContext ml)
    {
        var rows = s_clips.Paths.Select((path, i) => new Clip { Path = path, Words = i % 2 == 0 ? "bin blue" : "set red" }).ToList();
        rows.Insert(2, new Clip { Path = "lost.wav", Words = "lay green" });
        return ml.Data.LoadFromEnumerable(rows);
    }

    [TestMethod]
    public void AChainIsFittedSavedAndLoaded()
    {
        var ml = new MLContext(seed: 11);
        var lines = new List<string>();
        ml.Log += (_, entry) => lines.Add($"{entry.Source}: {entry.RawMessage}");
        var options = Options();
        var reports = new Reports();
        options.Progress = reports;
        var data = Data(ml);
        var model = ml.Transforms.CopyColumns("Copy", "Words").Append(ml.Transforms.Avsr(options)).Append(ml.Transforms.DropColumns("Copy")).Fit(data);
        var fitted = model.OfType<AvsrTransformer>().Single();

        var report = fitted.TrainingReport!;
        Assert.AreEqual(6, report.Examples);
        Assert.AreEqual("lost.wav", report.Skipped.Single().Source);
        Assert.AreEqual(2, report.Skipped[0].Row);
        Assert.IsTrue(report.TrainedParameters > 1000 && report.Curve.Count > 0 && report.Stages.Count > 0);
        Assert.IsTrue(reports.All.Count > 0);
        Assert.IsTrue(lines.Any(line => line.Contains("Skipped lost.wav")) && lines.Any(line => line.Contains("epoch 1")), string.Join("\n", lines));

        var expected = PipelineContract.Rows(model.Transform(data));
        Assert.AreEqual(7, expected.Count);
        var file = System.IO.Path.Combine(s_clips.Folder, "model.zip");
        ml.Model.Save(model, data.Schema, file);
        var fresh = new MLContext();
        CollectionAssert.AreEqual(
            model.Transform(data).GetColumn<string>("Heard").ToArray(), fresh.Model.Load(file, out _).Transform(data).GetColumn<string>("Heard").ToArray());

        // Another process knows nothing but the file.
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(typeof(Transcribe.MediaFile).Assembly.Location);
        start.ArgumentList.Add(file);
        foreach (var path in s_clips.Paths)
            start.ArgumentList.Add(path);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var heard = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t')[1]).ToArray();
        process.WaitForExit();
        Assert.AreEqual(0, process.ExitCode, errors.Result);
        CollectionAssert.AreEqual(model.Transform(data).GetColumn<string>("Heard").Where((_, row) => row != 2).ToArray(), heard);

        model.Dispose();
        Assert.ThrowsExactly<ObjectDisposedException>(() => fitted.Recognizer);
    }

    [TestMethod]
    public void TheContextsSeedDecides()
    {
        var texts = new List<string[]>();
        foreach (var seed in new[] { 5, 5 })
        {
            var ml = new MLContext(seed);
            using var model = ml.Transforms.Avsr(Options()).Fit(Data(ml));
            texts.Add([.. model.Transform(Data(ml)).GetColumn<float>("Heard.Confidence").Select(value => value.ToString("R"))]);
        }
        CollectionAssert.AreEqual(texts[0], texts[1]);
    }

    [TestMethod]
    public void TrainingIsCancelled()
    {
        var ml = new MLContext();
        using var source = new CancellationTokenSource();
        var options = Options();
        options.CancellationToken = source.Token;
        options.Progress = new CancelAtFirst(source);
        Assert.Throws<OperationCanceledException>(() => ml.Transforms.Avsr(options).Fit(Data(ml)));
    }

    private sealed class CancelAtFirst(CancellationTokenSource source) : IProgress<AvsrProgress>
    {
        public void Report(AvsrProgress value) => source.Cancel();
    }
}
