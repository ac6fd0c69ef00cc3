using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using Microsoft.ML.Avsr.Restart;
using Microsoft.ML.Avsr.Tests.Text;
using Microsoft.ML.Avsr.Training;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using TorchSharp;

namespace Microsoft.ML.Avsr.Tests.Training;

/// <summary>Checkpoints of training, going on from them, and stopping early.</summary>
[TestClass]
public class RestartTests
{
    private static readonly AvsrTrainerOptions s_options = new()
    {
        Budget = TrainingBudget.Epochs(2, 3), Seed = 3, VideoPasses = 1, NoisyVersions = 1, EncoderBatchSize = 4, CleanShare = 0.5,
    };

    [TestMethod]
    public void AKilledRunEndsWithTheSameBits()
    {
        var lines = new List<string>();
        Assert.AreEqual(0, KillResume.Run(3, Environment.TickCount, lines.Add), string.Join("\n", lines));
    }

    [TestMethod]
    [DataRow("audio encoder (CTC)", 3, 1)]
    [DataRow("visual encoder (CTC)", 4, 1)] // the last step of a stage
    [DataRow("audio features", 1, 1)]
    [DataRow("projector + language model", 2, 1)]
    [DataRow("projector + language model", 2, 2)]
    public void ACancelledRunGoesOnWithTheSameBits(string stage, int step, int accumulated)
    {
        using var folder = new TemporaryFolder();
        var examples = TinyExamples.Make(8);
        var options = s_options with { AccumulatedBatches = accumulated, BatchSize = 4 / accumulated };
        using var expected = AvsrTrainer.Train(examples, options).Model;
        var saved = options with { Checkpoints = new CheckpointOptions { Directory = folder.Path, EverySteps = 3 } };
        using var stop = new CancellationTokenSource();
        var progress = new Watch(p => { if (p.Stage == stage && p.Step == step) stop.Cancel(); });
        Assert.ThrowsExactly<OperationCanceledException>(() => AvsrTrainer.Train(examples, saved, progress, stop.Token));

        var stages = new List<string>();
        var resumed = AvsrTrainer.Train(examples, saved, new Watch(p => stages.Add(p.Stage)));
        using var model = resumed.Model;
        AssertSame(expected, model);
        Assert.HasCount(3, resumed.Stages);
        Assert.AreEqual(stage is not "audio encoder (CTC)", !stages.Contains("audio encoder (CTC)"));
        // The curve is whole: it holds the steps before the stop, too.
        Assert.AreEqual(1, resumed.Curve.First(p => p.Stage == stage || stage.EndsWith("features", StringComparison.Ordinal)).Step);

        // A finished run gives its model again.
        using var again = AvsrTrainer.Train(examples, saved).Model;
        AssertSame(expected, again);
    }

    [TestMethod]
    public void ATornOrChangedCheckpointIsPassedOver()
    {
        using var folder = new TemporaryFolder();
        var examples = TinyExamples.Make(4);
        var options = s_options with { Checkpoints = new CheckpointOptions { Directory = folder.Path, EverySteps = 1, KeepLast = 4 } };
        using var expected = AvsrTrainer.Train(examples, options).Model;
        var files = new TrainingCheckpoints(options.Checkpoints).Files();
        Assert.HasCount(4, files);
        var whole = File.ReadAllBytes(files[0]);
        var random = new Random(2);
        foreach (var length in new[] { 0, 7, 300, whole.Length / 2, whole.Length - 1 })
        {
            File.WriteAllBytes(files[0], whole[..length]);
            Assert.IsNull(TrainingCheckpoints.TryOpen(files[0]), $"{length} bytes");
        }
        for (var i = 0; i < 3; i++)
        {
            var changed = (byte[])whole.Clone();
            changed[changed.Length - 1 - random.Next(changed.Length / 2)] ^= 4;
            File.WriteAllBytes(files[0], changed);
            Assert.IsNull(TrainingCheckpoints.TryOpen(files[0]));
        }
        File.WriteAllBytes(files[1], whole[..1000]);
        File.WriteAllText(files[0] + ".0123.tmp", "what a kill left");
        using var resumed = AvsrTrainer.Train(examples, options).Model;
        AssertSame(expected, resumed);
        Assert.IsEmpty(Directory.GetFiles(folder.Path, "*.tmp"));
    }

    [TestMethod]
    public void AFullDiskLeavesTheLastCheckpoint()
    {
        using var folder = new TemporaryFolder();
        var examples = TinyExamples.Make(4);
        var writes = 0;
        var checkpoints = new CheckpointOptions { Directory = folder.Path, EverySteps = 1 };
        var filling = s_options with { Checkpoints = checkpoints with { Wrap = stream => ++writes == 3 ? new FullDisk(stream, 100_000) : stream } };
        var error = Assert.ThrowsExactly<IOException>(() => AvsrTrainer.Train(examples, filling));
        StringAssert.Contains(error.Message, "Older checkpoints are untouched");
        Assert.HasCount(2, Directory.GetFiles(folder.Path));
        using var expected = AvsrTrainer.Train(examples, s_options).Model;
        using var resumed = AvsrTrainer.Train(examples, s_options with { Checkpoints = checkpoints }).Model;
        AssertSame(expected, resumed);
    }

    [TestMethod]
    public void TheLastAndTheBestCheckpointsStay()
    {
        using var folder = new TemporaryFolder();
        var checkpoints = new TrainingCheckpoints(new CheckpointOptions { Directory = folder.Path, KeepLast = 2 });
        double[] losses = [5, 3, 1, 4, 6, 7];
        using var weight = torch.ones(3);
        for (var i = 0; i < losses.Length; i++)
        {
            checkpoints.Write(new TrainingState
            {
                Options = TrainingCheckpoints.Serialize(s_options), Data = "", Stage = 1, GlobalStep = i, Stages = [], Curve = [],
                Loop = new LoopPosition { Step = i, Smoothed = losses[i] },
            }, new Dictionary<string, torch.Tensor> { ["model.w"] = weight });
        }
        CollectionAssert.AreEqual(new[] { "checkpoint-000000005-1", "checkpoint-000000004-1", "checkpoint-000000002-1" },
            checkpoints.Files().Select(Path.GetFileNameWithoutExtension).ToArray());
        StringAssert.Contains(checkpoints.Best(), "000000002");
    }

    [TestMethod]
    public void AnotherRunsCheckpointIsRefused()
    {
        using var folder = new TemporaryFolder();
        var examples = TinyExamples.Make(4);
        var options = s_options with { Budget = TrainingBudget.Epochs(1, 1), Checkpoints = new CheckpointOptions { Directory = folder.Path } };
        AvsrTrainer.Train(examples, options).Model.Dispose();
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => AvsrTrainer.Train(examples, options with { LearningRate = 2e-3 }));
        StringAssert.Contains(error.Message, "LearningRate was 0.001 and is 0.002");
        error = Assert.ThrowsExactly<InvalidOperationException>(() => AvsrTrainer.Train(TinyExamples.Make(4, seed: 6), options));
        StringAssert.Contains(error.Message, "clips or transcripts are not the same");
        AvsrTrainer.Train(examples, options with { LearningRate = 2e-3, Checkpoints = options.Checkpoints with { Resume = false } }).Model.Dispose();
    }

    [TestMethod]
    public void FilesThatChangedSinceAreRefused()
    {
        using var folder = new TemporaryFolder();
        var noise = folder.File("noise");
        Directory.CreateDirectory(noise);
        void Record(int seed) => WaveFile.Write(Path.Combine(noise, "fan.wav"), TinyExamples.Make(1, seed)[0].Input.Audio!);
        Record(3);
        var examples = TinyExamples.Make(4);
        var options = s_options with
        {
            Budget = TrainingBudget.Epochs(1, 1), NoisePaths = [noise], Checkpoints = new CheckpointOptions { Directory = folder.File("run") },
        };
        AvsrTrainer.Train(examples, options).Model.Dispose();
        AvsrTrainer.Train(examples, options).Model.Dispose(); // finished already, and nothing changed
        Record(4);
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => AvsrTrainer.Train(examples, options));
        StringAssert.Contains(error.Message, "what NoisePaths[0] holds is not what it was");
    }

    [TestMethod]
    public void CancellationGivesTheModelSoFar()
    {
        using var folder = new TemporaryFolder();
        using var stop = new CancellationTokenSource();
        var options = s_options with
        {
            Budget = TrainingBudget.Epochs(1, 1000), OnCancellation = StopBehavior.ReturnBest,
            Checkpoints = new CheckpointOptions { Directory = folder.Path, EverySteps = 1 },
        };
        var trained = AvsrTrainer.Train(TinyExamples.Make(4), options, new Watch(p => { if (p is { Stage: "projector + language model", Step: 7 }) stop.Cancel(); }), stop.Token);
        using var model = trained.Model;
        Assert.AreEqual(7, trained.Stopped!.Step);
        Assert.AreEqual("projector + language model", trained.Stopped.Stage);
        Assert.IsFalse(model.training);
        Assert.HasCount(2, trained.Stages);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void ANotANumberLossNamesStepRowsAndLoss(bool returnBest)
    {
        using var folder = new TemporaryFolder();
        var examples = TinyExamples.Make(6, video: false);
        var samples = examples[4].Input.Audio!.Samples.ToArray();
        samples[1000] = float.NaN;
        examples[4] = examples[4] with { Input = new SpeechInput(new AudioClip(samples, 16000), null) };
        var options = s_options with
        {
            EncoderBatchSize = 1, CleanShare = 1, OnDivergence = returnBest ? StopBehavior.ReturnBest : StopBehavior.Throw,
            Checkpoints = new CheckpointOptions { Directory = folder.Path, EverySteps = 1 },
        };
        if (returnBest)
        {
            var trained = AvsrTrainer.Train(examples, options);
            using var model = trained.Model;
            StringAssert.Contains(trained.Stopped!.Reason, "clip 4");
            Assert.IsTrue(model.parameters().All(p => p.isfinite().all().item<bool>()));
            return;
        }
        var error = Assert.ThrowsExactly<TrainingDivergedException>(() => AvsrTrainer.Train(examples, options));
        CollectionAssert.AreEqual(new[] { "clip 4" }, error.Rows.ToArray());
        Assert.AreEqual("the CTC loss", error.Loss);
        Assert.AreEqual("audio encoder (CTC)", error.Stage);
        Assert.IsTrue(error.Step is >= 1 and <= 6 && double.IsNaN(error.Value));
        Assert.AreEqual(error.Step > 1, error.LastGoodCheckpoint is not null);
        StringAssert.Contains(error.Message, "clip 4");
    }

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

    /// <summary>A disk with little space left.</summary>
    private sealed class FullDisk(Stream stream, long space) : Stream
    {
        private long _space = space;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => stream.Length;

        public override long Position { get => stream.Position; set => throw new NotSupportedException(); }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if ((_space -= buffer.Length) < 0)
                throw new IOException("No space left on device.");
            stream.Write(buffer);
        }

        public override void Flush() => stream.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
