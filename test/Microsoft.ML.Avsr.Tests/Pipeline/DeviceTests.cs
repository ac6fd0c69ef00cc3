using Microsoft.ML.Avsr.Features;
using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using Microsoft.ML.Avsr.Training;
using Microsoft.ML.Data;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using TorchSharp;

namespace Microsoft.ML.Avsr.Tests.Pipeline;

/// <summary>Which device is used, by the context's settings and the options. A GPU that no machine has stands for a missing one.</summary>
[TestClass]
public sealed class DeviceTests
{
    private const int MissingGpu = 120;

    private sealed class Row
    {
        [FeatureSequenceType]
        public FeatureSequence? Heard { get; set; }
        public string Label { get; set; } = "";
    }

    private sealed class Counter : IProgress<AvsrProgress>
    {
        public int Count { get; private set; }
        public void Report(AvsrProgress value) => Count++;
    }

    private static IDataView Data(MLContext ml) => ml.Data.LoadFromEnumerable(Enumerable.Range(0, 4).Select(i => new Row
    {
        Heard = new FeatureSequence(Enumerable.Range(0, 96).Select(v => MathF.Sin(v * (i + 1))).ToArray(), 12, 8), Label = i % 2 == 0 ? "bin blue" : "set red",
    }).ToList());

    private static AvsrEstimator.Options Options() => new()
    {
        AudioColumnName = "Heard",
        Training = new AvsrTrainerOptions { Modalities = Modality.Audio, Budget = TrainingBudget.Epochs(1, 1) },
        Decoding = new DecodingOptions { MaxTokens = 3 },
    };

    [TestMethod]
    public void AMissingGpuIsRefusedBeforeAnyWork()
    {
        var ml = new MLContext(1) { GpuDeviceId = MissingGpu };
        var options = Options();
        var progress = new Counter();
        options.Progress = progress;
        var error = Assert.ThrowsExactly<GpuUnavailableException>(() => ml.Avsr().Train(Data(ml), options));
        Assert.AreEqual(MissingGpu, error.GpuDeviceId);
        StringAssert.Contains(error.Message, "FallbackToCpu");
        Assert.AreEqual(0, progress.Count, "no row was read");
        Assert.IsInstanceOfType<InvalidOperationException>(error);
    }

    [TestMethod]
    public void TheContextMayFallBackToTheCpuAndSaysSo()
    {
        var ml = new MLContext(1) { GpuDeviceId = MissingGpu, FallbackToCpu = true };
        var lines = new List<string>();
        ml.Log += (_, entry) => lines.Add(entry.Kind + " " + entry.RawMessage);
        using var model = ml.Avsr().Train(Data(ml), Options());
        Assert.AreEqual(DeviceType.CPU, ((SpeechRecognizer)model.Recognizer).Model.Device.type);
        Assert.IsTrue(lines.Any(line => line.StartsWith("Warning GpuDeviceId = 120", StringComparison.Ordinal)), string.Join("\n", lines));
        Assert.AreEqual(4, model.Transform(Data(ml)).GetColumn<string>("Transcript").Count());
    }

    [TestMethod]
    public void OptionsComeBeforeTheContext()
    {
        var ml = new MLContext(1) { GpuDeviceId = MissingGpu };
        var options = Options();
        options.FallbackToCpu = true;
        ml.Avsr().Train(Data(ml), options).Dispose();

        var plain = new MLContext(1);
        options = Options();
        options.GpuDeviceId = MissingGpu;
        Assert.ThrowsExactly<GpuUnavailableException>(() => plain.Transforms.Avsr(options).Fit(Data(plain)));
        options.GpuDeviceId = -1;
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => plain.Transforms.Avsr(options)).Message, "GpuDeviceId");
    }

    [TestMethod]
    public void LoadingAndEncodingFollowTheSameRules()
    {
        var ml = new MLContext(1);
        using var stream = new MemoryStream();
        using (var model = ml.Transforms.Avsr(Options()).Fit(Data(ml)))
            ml.Model.Save(model, null, stream);
        var gpu = new MLContext { GpuDeviceId = MissingGpu };
        stream.Position = 0;
        Assert.ThrowsExactly<GpuUnavailableException>(() => gpu.Avsr().Load(stream));
        gpu.FallbackToCpu = true;
        stream.Position = 0;
        gpu.Avsr().Load(stream).Dispose();

        var path = Modeling.Golden.Find("avsr/03_avhubert_lnfirst/checkpoint_zip.pt");
        var mouths = ml.Transforms.CropMouthRegion().Fit(Films(ml)).Transform(Films(ml));
        gpu.FallbackToCpu = false;
        Assert.ThrowsExactly<GpuUnavailableException>(() => gpu.Avsr().EncodeSpeechVideo(new SpeechVideoEncodingEstimator.Options { CheckpointPath = path }).Fit(mouths));
        gpu.FallbackToCpu = true;
        gpu.Avsr().EncodeSpeechVideo(new SpeechVideoEncodingEstimator.Options { CheckpointPath = path }).Fit(mouths).Dispose();
    }

    private sealed class Film
    {
        [VideoClipType]
        public VideoClip? Video { get; set; }
    }

    private static IDataView Films(MLContext ml) => ml.Data.LoadFromEnumerable(new[] { new Film { Video = new VideoClip(new byte[2 * 20 * 20], 2, 20, 20, 25) } });
}
