using System.Diagnostics;
using Microsoft.ML.Avsr.Media;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using TorchSharp;

namespace Microsoft.ML.Avsr.Tests.Media;

[TestClass]
public sealed class FaceDetectionTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void GridFacesAndMouthsAreFound()
    {
        using var detector = new YuNetDetector(SharedData.Require("data/face/yunet_n_dynamic.onnx"));
        var locator = new FaceMouthLocator(detector);
        // Mouth centres at one second, read off by eye.
        foreach (var (file, x, y) in new[] { ("clips/bbaf2n.mp4", 158, 214), ("clips/lwae8n.mp4", 158, 213), ("other-speakers/brbk7n.mp4", 168, 225), ("other-speakers/id2_vcd_swwp2s.mp4", 174, 216) })
        {
            var clip = new MediaReader().Read(SharedData.Require("data/grid/" + file));
            var clock = Stopwatch.StartNew();
            var tracks = locator.Track(clip.Video!);
            var track = tracks[0];
            TestContext.WriteLine($"{file}: {track.FaceShare:P0} of frames, score {track.MeanScore:0.00}, {tracks.Count} face(s), {clock.ElapsedMilliseconds} ms, points {string.Join(" ", track.Landmarks.Frame(25).ToArray().Select(p => p.ToString("0.0")))}");
            Assert.IsGreaterThanOrEqualTo(0.98, track.FaceShare);
            Assert.HasCount(1, tracks);
            // Smoothed as the alignment smooths it.
            var points = MouthAligner.SmoothCentred(track.Landmarks, 25);
            Assert.AreEqual(x, (points[6] + points[8]) / 2, 6);
            Assert.AreEqual(y, (points[7] + points[9]) / 2, 6);
            var crop = locator.Crop(clip.Video!, out var problem);
            Assert.IsNull(problem);
            Assert.AreEqual((clip.Video!.Frames, 96, 96), (crop!.Frames, crop.Height, crop.Width));
        }
    }

    [TestMethod]
    public void MouthsLieWhereTheFaceMeshHasThem()
    {
        // Mouth centres of the 68-point kind (the mean of the mesh's 20 lip points), by MediaPipe's face mesh in single frames of GRID.
        using var detector = new YuNetDetector(SharedData.Require("data/face/yunet_n_dynamic.onnx"));
        var locator = new FaceMouthLocator(detector);
        var clips = MeshMouths.Points.GroupBy(p => p.Path).ToList();
        var distances = new List<double>();
        foreach (var (clip, group) in new MediaReader().ReadMany(clips.Select(c => SharedData.Require("data/grid/" + c.Key))).Zip(clips))
        {
            var region = locator.Locate(clip.Video!, clip.Audio);
            Assert.IsNull(region.Problem, group.Key);
            var places = new SteadyMouthLocator(region.Face!.Landmarks).Place(25);
            foreach (var (_, frame, x, y) in group)
            {
                var distance = Math.Sqrt(Math.Pow(places[frame].CentreX - x, 2) + Math.Pow(places[frame].CentreY - y, 2));
                distances.Add(distance);
                Assert.IsLessThanOrEqualTo(6.0, distance, $"{group.Key}, frame {frame}");
            }
        }
        TestContext.WriteLine($"{distances.Count} frames of {clips.Count} clips: {distances.Average():0.0} pixels on average, at most {distances.Max():0.0}");
    }

    [TestMethod]
    public void BothFilesHoldTheSameNetwork()
    {
        var video = new MediaReader().Read(SharedData.Require("data/grid/clips/bbaf2n.mp4")).Video!;
        using var one = new YuNetDetector(SharedData.Require("data/face/yunet_n_dynamic.onnx"));
        using var two = new YuNetDetector(SharedData.Require("data/face/yunet_n_320_320.onnx"));
        var a = one.Detect(video, [10])[0];
        var b = two.Detect(video, [10])[0];
        Assert.HasCount(1, a);
        CollectionAssert.AreEqual(a[0].Points.ToArray(), b[0].Points.ToArray());
    }

    [TestMethod]
    public void TheNetworkComputesWhatItsFileDescribes()
    {
        // Outputs of the file's whole graph, computed node by node in PyTorch from the ONNX description (three equal colours): sum, and sum of magnitudes.
        (string Name, int Channel, int Channels, bool IsProbability, double[] Sums)[] expected =
        [
            ("class", 0, 1, true, [60.6658, 60.6658, 15.8693, 15.8693, 3.7537, 3.7537]),
            ("object", 1, 1, true, [0.1025, 0.1025, 0.3374, 0.3374, 0.0001, 0.0001]),
            ("box", 2, 4, false, [392.6315, 417.9218, 91.5815, 95.0443, 17.3216, 17.3216]),
            ("points", 6, 10, false, [493.3134, 628.1799, 205.0946, 230.7304, 35.5042, 36.5138]),
        ];
        using var network = new YuNetNetwork(new YuNetWeights(SharedData.Require("data/face/yunet_n_dynamic.onnx")));
        network.eval();
        using var scope = torch.NewDisposeScope();
        using var guard = torch.no_grad();
        var frame = new float[64 * 96];
        for (var i = 0; i < frame.Length; i++)
            frame[i] = (i % 96 * 7 + i / 96 * 13) % 256;
        var output = network.call(torch.tensor(frame, [1, 1, 64, 96])); // [1, 16, 96 + 24 + 6]
        CollectionAssert.AreEqual(new long[] { 1, 16, 126 }, output.shape);
        var values = output.contiguous().data<float>().ToArray();
        foreach (var (name, channel, channels, isProbability, sums) in expected)
        {
            var first = 0;
            for (var level = 0; level < 3; level++)
            {
                var count = 96 >> (2 * level);
                var (sum, magnitude) = (0.0, 0.0);
                for (var c = channel; c < channel + channels; c++)
                {
                    for (var i = first; i < first + count; i++)
                    {
                        double value = values[c * 126 + i];
                        value = isProbability ? 1 / (1 + Math.Exp(-value)) : value;
                        (sum, magnitude) = (sum + value, magnitude + Math.Abs(value));
                    }
                }
                Assert.AreEqual(sums[2 * level], sum, 1e-3, $"{name}, stride {8 << level}");
                Assert.AreEqual(sums[2 * level + 1], magnitude, 1e-3, $"{name}, stride {8 << level}");
                first += count;
            }
        }
    }

    [TestMethod]
    public void BlackFramesHaveNoFace()
    {
        using var detector = new YuNetDetector(SharedData.Require("data/face/yunet_n_dynamic.onnx"));
        Assert.IsNull(new FaceMouthLocator(detector).Crop(new VideoClip(new byte[5 * 64 * 64], 5, 64, 64, 25), out var problem));
        StringAssert.Contains(problem, "No face");
    }

    [TestMethod]
    public void MissingOrWrongWeightsSayWhereToGetThem()
    {
        var error = Assert.ThrowsExactly<MediaException>(() => new YuNetDetector("nowhere.onnx"));
        StringAssert.Contains(error.Message, "SHA-256");
        using var samples = new MediaSamples();
        error = Assert.ThrowsExactly<MediaException>(() => new YuNetDetector(samples.Write("noise.onnx", [0xFF, 0xFF, 0xFF])));
        StringAssert.Contains(error.Message, "noise.onnx");
        error = Assert.ThrowsExactly<MediaException>(() => new YuNetDetector(samples.Write("empty.onnx", [0x3A, 0x00])));
        StringAssert.Contains(error.Message, "not YuNet");
    }

    [TestMethod]
    public void DamagedWeightsNeverCrash()
    {
        var whole = File.ReadAllBytes(SharedData.Require("data/face/yunet_n_dynamic.onnx"));
        var random = new Random(5);
        for (var round = 0; round < 300; round++)
        {
            var bytes = whole.AsSpan(0, round % 3 == 0 ? random.Next(whole.Length) : whole.Length).ToArray();
            for (var n = 0; n < 1 + round % 20 && bytes.Length > 0; n++)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try
            {
                OnnxWeights.Read(bytes);
            }
            catch (InvalidDataException)
            {
                // The declared failure.
            }
        }
    }

    [TestMethod]
    public void TheLargestFaceIsFollowedAndGapsAreFilled()
    {
        // A large face that moves 2 pixels a frame and is missed at times, and a small one that is always there.
        var locator = new FaceMouthLocator(new Script((frame) =>
        [
            .. frame is 10 or 15 ? (FaceDetection[])[] : [Face(20 + 2 * frame, 30, 60)],
            Face(150, 100, 20),
        ]));
        var tracks = locator.Track(new VideoClip(new byte[41 * 4], 41, 2, 2, 25, sourceScale: 0.5));
        Assert.HasCount(2, tracks);
        var track = tracks[0];
        Assert.AreEqual(7 / 9.0, track.FaceShare, 1e-9);
        for (var t = 0; t <= 40; t++)
            Assert.AreEqual((20 + 2 * t) / 0.5, track.Landmarks.Frame(t)[0], 1e-9, $"frame {t}");

        static FaceDetection Face(double x, double y, double size) => new(x, y, size, size, 0.9, [x, y, x + size, y, x + size / 2, y + size / 2, x, y + size, x + size, y + size]);
    }

    private sealed class Script(Func<int, FaceDetection[]> faces) : IFaceDetector
    {
        public IReadOnlyList<IReadOnlyList<FaceDetection>> Detect(VideoClip video, IReadOnlyList<int> frames) => [.. frames.Select(faces)];
    }
}
