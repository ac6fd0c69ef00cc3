using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Avsr.Tests.Media;
using Microsoft.ML.Data;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Pipeline;

/// <summary>Real media files with too many faces, too few, or faces that come and go, through the whole pipeline.</summary>
[TestClass]
public sealed class HostileFaceTests
{
    public TestContext TestContext { get; set; } = null!;

    private sealed class Clip
    {
        public string Path { get; set; } = "";
    }

    private sealed class Heard
    {
        public string Path { get; set; } = "";
        [ColumnName("Transcript.Status")]
        public string Status { get; set; } = "";
        [ColumnName("Transcript.Modality")]
        public string Modality { get; set; } = "";
        [ColumnName("Transcript.FaceShare")]
        public float FaceShare { get; set; }
    }

    [TestMethod]
    public void EveryFileHasItsDeclaredOutcome()
    {
        var detector = SharedData.Require("data/face/yunet_n_dynamic.onnx");
        var one = SharedData.Require("data/grid/clips/bbaf2n.mp4");
        var two = SharedData.Require("data/grid/other-speakers/brbk7n.mp4");
        using var samples = new MediaSamples();
        const string Code = "-c:v libx264 -preset ultrafast -crf 18 -pix_fmt yuv420p -c:a aac";
        // Name, arguments, outcome, least and greatest share of frames with the face. An empty outcome: found or not, both are right.
        (string Name, string Arguments, string Status, double Least, double Most)[] files =
        [
            ("two.mp4", $"-i {one} -i {two} -filter_complex [0:v][1:v]hstack -map 0:a -shortest {Code}", "Ok", 0.98, 1),
            ("leaves.mp4", $"-i {one} -vf drawbox=enable='gt(t,1)':color=gray:t=fill {Code}", "Ok", 0.25, 0.45),
            ("comes.mp4", $"-i {one} -vf drawbox=enable='lt(t,2)':color=black:t=fill {Code}", "Ok", 0.25, 0.45),
            ("glimpse.mp4", $"-i {one} -vf drawbox=enable='not(between(t,1,1.03))':color=gray:t=fill {Code}", "NoFace", 0, 0.1),
            ("nobody.mp4", $"-i {one} -vf drawbox=color=gray:t=fill {Code}", "NoFace", 0, 0),
            ("pattern.mp4", $"-f lavfi -i testsrc2=size=320x240:rate=25:duration=2 -f lavfi -i sine=duration=2 {Code}", "NoFace", 0, 0),
            ("head down.mp4", $"-i {one} -vf vflip {Code}", "", 0, 1),
            ("far.mp4", $"-i {one} -vf scale=36:-2,pad=360:288:160:120 {Code}", "", 0, 1),
            ("large.mp4", $"-i {one} -t 0.5 -vf scale=3840:-2 {Code}", "Ok", 0.98, 1),
            ("turned.mp4", "", "Ok", 0.98, 1),
            ("silent.mp4", $"-i {one} -an {Code}", "VideoOnly", 0.98, 1),
            ("half a face.mp4", $"-i {one} -vf crop=170:288:190:0 {Code}", "", 0, 1),
            ("missing.mp4", "", "Missing", double.NaN, double.NaN),
        ];
        foreach (var (name, arguments, _, _, _) in files)
        {
            if (arguments.Length > 0)
                samples.Make(name, arguments);
        }
        samples.Make("sideways.mp4", $"-i {one} -vf transpose=1 {Code}");
        samples.Make("turned.mp4", $"-i {samples.PathOf("sideways.mp4")} -c copy -metadata:s:v:0 rotate=90");

        var ml = new MLContext();
        using var transformer = AvsrTransformerTests.Transformer(new FakeRecognizer(), new AvsrEstimator.Options { FaceDetectorPath = detector });
        var data = ml.Data.LoadFromEnumerable(files.Select(f => new Clip { Path = samples.PathOf(f.Name) }).ToList());
        var rows = ml.Data.CreateEnumerable<Heard>(transformer.Transform(data), false).ToList();
        Assert.HasCount(files.Length, rows);
        foreach (var (row, (name, _, status, least, most)) in rows.Zip(files))
        {
            TestContext.WriteLine($"{name}: {row.Status}, {row.Modality}, face in {row.FaceShare:P0}");
            Assert.AreEqual(samples.PathOf(name), row.Path, "rows keep their order");
            if (status.Length > 0)
                Assert.AreEqual(status, row.Status, name);
            if (double.IsNaN(least))
                Assert.IsTrue(float.IsNaN(row.FaceShare), name);
            else
                Assert.IsInRange((float)least - 1e-4f, (float)most + 1e-4f, row.FaceShare, name);
            // What can be heard is still recognised.
            Assert.AreEqual(row.Status switch { "Ok" => "AudioVisual", "NoFace" => "Audio", "VideoOnly" => "Video", _ => "None" }, row.Modality, name);
        }
    }

    [TestMethod]
    public void OfTwoRealFacesTheOneThatSpeaksIsFound()
    {
        using var detector = new YuNetDetector(SharedData.Require("data/face/yunet_n_dynamic.onnx"));
        var speaks = SharedData.Require("data/grid/clips/bbaf2n.mp4");
        var listens = SharedData.Require("data/grid/other-speakers/brbk7n.mp4");
        using var samples = new MediaSamples();
        // To the right a larger face that only sways a little: one picture, moved.
        samples.Make("still.png", $"-i {listens} -frames:v 1 -vf scale=468:-2,crop=440:340");
        var path = samples.Make("pair.mp4", $"-i {speaks} -loop 1 -framerate 25 -t 3 -i {samples.PathOf("still.png")} -filter_complex "
            + "[0:v]pad=360:336:0:24[a];[1:v]crop=w=400:h=336:x=20+6*sin(3*t):y=2[b];[a][b]hstack -map 0:a -c:v libx264 -preset ultrafast -crf 18 -pix_fmt yuv420p -c:a aac -shortest");
        var clip = new MediaReader().Read(path);
        Assert.AreEqual(MediaStatus.Ok, clip.Status, clip.Problem);
        var largest = new FaceMouthLocator(detector).Locate(clip.Video!, clip.Audio);
        Assert.HasCount(2, largest.Faces);
        Assert.IsGreaterThan(360.0, largest.Face!.Landmarks.Frame(30)[0], "the larger one is to the right");
        var speaking = new FaceMouthLocator(detector, new FaceLocatorOptions { Choice = FaceChoice.MovesWithSound }).Locate(clip.Video!, clip.Audio);
        TestContext.WriteLine(string.Join(", ", speaking.Faces.Select(f => $"x {f.Landmarks.Frame(30)[0]:0}: match {f.SoundMatch:0.00}")));
        Assert.IsLessThan(360.0, speaking.Face!.Landmarks.Frame(30)[0], "the one to the left speaks");
    }
}
