using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Avsr.Training;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Pipeline;

[TestClass]
public sealed class DiagnosisTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void WhatIsNeededIsReported()
    {
        var diagnosis = new MLContext().Avsr().Diagnose();
        TestContext.WriteLine(diagnosis.ToString());
        CollectionAssert.AreEqual(new[] { "Package", ".NET", "libtorch", "Threads", "BLAS", "CUDA", "ffmpeg", "Face detector" }, diagnosis.Items.Select(item => item.Name).ToArray());
        Assert.IsTrue(diagnosis.IsReady);
        Assert.IsTrue(diagnosis.Items.Single(item => item.Name == "libtorch").IsFound);
        var detector = diagnosis.Items.Single(item => item.Name == "Face detector");
        Assert.IsFalse(detector.IsFound || detector.IsRequired);
        StringAssert.Contains(detector.Advice, DownloadableWeights.YuNet.Sha256);
        foreach (var item in diagnosis.Items)
            StringAssert.Contains(diagnosis.ToString(), item.Detail);
    }

    [TestMethod]
    public void WhatIsMissingHasAWayOut()
    {
        using var samples = new Media.MediaSamples();
        var wrong = samples.Write("wrong.onnx", [1, 2, 3]);
        var diagnosis = new MLContext().Avsr().Diagnose(new AvsrEstimator.Options
        {
            Media = new MediaReaderOptions { FfmpegPath = samples.PathOf("nowhere") },
            FaceDetectorPath = wrong,
            Training = new AvsrTrainerOptions { AudioEncoderFolder = samples.PathOf("no encoder") },
        });
        Assert.IsFalse(diagnosis.IsReady);
        var missing = diagnosis.Items.Where(item => !item.IsFound && item.Name != "CUDA").ToList();
        CollectionAssert.AreEquivalent(new[] { "ffmpeg", "Face detector", nameof(AvsrTrainerOptions.AudioEncoderFolder) }, missing.Select(item => item.Name).ToArray());
        Assert.IsTrue(missing.TrueForAll(item => item.Advice is { Length: > 10 }));
        StringAssert.Contains(missing[0].Advice, "install");
        StringAssert.Contains(missing[1].Detail, wrong);
    }

    [TestMethod]
    public void TheRealDetectorIsRecognised()
    {
        var path = SharedData.Require("data/face/yunet_n_dynamic.onnx");
        var item = new MLContext().Avsr().Diagnose(new AvsrEstimator.Options { FaceDetectorPath = path }).Items.Single(i => i.Name == "Face detector");
        Assert.IsTrue(item.IsFound);
        StringAssert.Contains(item.Detail, "as published");
    }
}
