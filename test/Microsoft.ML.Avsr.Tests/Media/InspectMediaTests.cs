using InspectMedia;
using Microsoft.ML.Avsr.Media;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Media;

/// <summary>The sample that shows a media file as a page.</summary>
[TestClass]
public sealed class InspectMediaTests
{
    [TestMethod]
    public void WithoutADetectorThePageSaysSo()
    {
        using var samples = new MediaSamples();
        var page = Page(samples.Clip("<odd> & name.mp4"), new InspectOptions { Frames = 3 }, out var inspection);
        Assert.IsEmpty(inspection.Findings.Where(f => f.IsSevere));
        StringAssert.Contains(page, "Faces were not looked for");
        StringAssert.Contains(page, DownloadableWeights.YuNet.Sha256);
        StringAssert.Contains(page, "&lt;odd&gt; &amp; name.mp4");
        Assert.AreEqual(3, Count(page, "<figure"));
        foreach (var part in new[] { "waveform", "log-mel", "frames per second" })
            StringAssert.Contains(page, part);
        // Nothing is loaded from elsewhere.
        Assert.AreEqual(0, Count(page, "<script") + Count(page, "src=\"http") + Count(page, "href=\"http") + Count(page, "url("));
    }

    [TestMethod]
    public void BadFilesHaveAPageThatSaysWhy()
    {
        using var samples = new MediaSamples();
        var page = Page(samples.Write("broken.mp4", new byte[500]), new InspectOptions(), out var inspection);
        Assert.IsTrue(inspection.Findings.Single().IsSevere);
        StringAssert.Contains(page, "Unreadable");
        page = Page(samples.PathOf("nowhere.mp4"), new InspectOptions(), out _);
        StringAssert.Contains(page, "Missing");
        var loud = samples.Make("loud.mp4", "-f lavfi -i testsrc=size=64x48:rate=10:duration=2 -f lavfi -i sine=frequency=300:duration=2 -af volume=30dB -c:v libx264 -pix_fmt yuv420p -c:a aac");
        page = Page(loud, new InspectOptions(), out inspection);
        StringAssert.Contains(page, "clipped");
        StringAssert.Contains(page, "only 10 frames per second");
        Assert.HasCount(2, inspection.Findings);
    }

    [TestMethod]
    public void FacesAndMouthsAreShown()
    {
        var detector = SharedData.Require("data/face/yunet_n_dynamic.onnx");
        var page = Page(SharedData.Require("data/grid/clips/bbaf2n.mp4"), new InspectOptions { Detector = detector, Frames = 4 }, out var inspection);
        Assert.IsEmpty(inspection.Findings);
        StringAssert.Contains(page, "Nothing is wrong");
        Assert.AreEqual(4, Count(page, "class=\"mouth\""));
        Assert.AreEqual(4, Count(page, "rect class=\"face\""));
        Assert.IsGreaterThan(30, Count(page, "class=\"hit\""));
    }

    [TestMethod]
    public void CommandLinesAreChecked()
    {
        Assert.IsTrue(InspectOptions.Parse(["--help"]).Help);
        var options = InspectOptions.Parse(["a.mp4", "--frames", "5", "--output", "x.html", "--speaking"]);
        Assert.AreEqual(("a.mp4", 5, "x.html", true), (options.File, options.Frames, options.Output, options.Speaking));
        Assert.AreEqual(Path.Combine("w", "yunet_n_dynamic.onnx"), InspectOptions.Parse(["--get-detector", "w"]).Detector);
        foreach (var (line, hint) in new (string[], string)[]
        {
            ([], "Name a media file"), (["a", "b"], "One file"), (["a", "--frames", "0"], "1 to 40"), (["a", "--frames"], "needs a value"),
            (["a", "--colour"], "--colour"), (["a", "--detector", "nowhere.onnx"], "SHA-256"),
        })
            StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => InspectOptions.Parse(line)).Message, hint);
    }

    private static string Page(string file, InspectOptions options, out ClipInspection inspection) =>
        InspectionPage.Render(inspection = ClipInspection.Run(file, options));

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}
