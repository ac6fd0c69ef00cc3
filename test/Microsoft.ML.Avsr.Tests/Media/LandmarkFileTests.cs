using System.Text;
using Microsoft.ML.Avsr.Media;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Media;

[TestClass]
public sealed class LandmarkFileTests
{
    [TestMethod]
    public void NpyAndCsvGiveTheSamePoints()
    {
        using var samples = new MediaSamples();
        var values = Enumerable.Range(0, 3 * 8).Select(i => i is >= 8 and < 16 ? double.NaN : i * 0.5).ToArray();
        var npy = LandmarkFile.Read(samples.Write("a.npy", Npy("'<f8'", "(3, 4, 2)", [.. values.SelectMany(BitConverter.GetBytes)])));
        var small = LandmarkFile.Read(samples.Write("b.npy", Npy("'<f4'", "(3, 4, 2)", [.. values.SelectMany(v => BitConverter.GetBytes((float)v))])));
        var csv = LandmarkFile.Read(samples.Write("c.csv", Encoding.UTF8.GetBytes("x0,y0,x1,y1,x2,y2,x3,y3\n0,0.5,1,1.5,2,2.5,3,3.5\n\n8,8.5,9,9.5,10,10.5,11,11.5\n")));
        foreach (var landmarks in new[] { npy, small, csv })
        {
            Assert.AreEqual((3, 4), (landmarks.Frames, landmarks.Points));
            CollectionAssert.AreEqual(new[] { true, false, true }, landmarks.Detected.ToArray());
            Assert.AreEqual(11.5, landmarks.Frame(2)[7]);
            Assert.AreEqual(4.0, landmarks.Interpolate()!.Frame(1)[0]);
        }
    }

    [TestMethod]
    [DataRow(5)]
    [DataRow(68)]
    public void FilesOfFiveAndSixtyEightPointsGiveTheirRegions(int points)
    {
        using var samples = new MediaSamples();
        var (frames, values) = (13, new double[13 * points * 2]);
        for (var t = 0; t < frames; t++)
        {
            for (var k = 0; k < points; k++)
            {
                var from = points == 68 ? [k] : (int[])(k switch { 0 => [.. Enumerable.Range(36, 6)], 1 => [.. Enumerable.Range(42, 6)], 2 => [30], 3 => [48], _ => [54] });
                values[(t * points + k) * 2] = 20 + from.Average(i => MeanFace.Points[2 * i]);
                values[(t * points + k) * 2 + 1] = 10 + from.Average(i => MeanFace.Points[2 * i + 1]);
            }
        }
        values.AsSpan(4 * points * 2, points * 2).Fill(double.NaN); // one frame without a face
        samples.Write("a.npy", Npy("'<f4'", $"({frames}, {points}, 2)", [.. values.SelectMany(v => BitConverter.GetBytes((float)v))]));
        samples.Write("a.csv", Encoding.UTF8.GetBytes(string.Concat(values.Chunk(points * 2).Select(f => (double.IsNaN(f[0]) ? "" : string.Join(',', f.Select(v => v.ToString("R", System.Globalization.CultureInfo.InvariantCulture)))) + "\n"))));
        var pixels = new byte[frames * 300 * 300];
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)(i % 300 / 2 + i / 300 % 300 / 3);
        var video = new VideoClip(pixels, frames, 300, 300, 25);
        var expected = new LandmarkLocator(LandmarkFile.Read(samples.PathOf("a.csv"))).Crop(video, out _)!;
        foreach (var file in new[] { "a.npy", "a.csv" })
        {
            var region = new LandmarkFileLocator(samples.PathOf(file), new FaceLocatorOptions { Framing = MouthFraming.MeanFace }).Locate(video, null);
            Assert.IsNull(region.Problem, file);
            Assert.AreEqual(12 / 13.0, region.FaceShare!.Value, 1e-9, file);
            Assert.IsLessThan(1.0, expected.Pixels.ToArray().Zip(region.Mouth!.Pixels.ToArray(), (a, b) => Math.Abs(a - b)).Average(), file);
            Assert.AreEqual((frames, 96, 96), (region.Mouth.Frames, region.Mouth.Height, region.Mouth.Width), file);
            Assert.IsNotNull(new LandmarkFileLocator(samples.PathOf(file)).Crop(video, out _), file);
        }
        // The mean face at scale 1: the region is a piece of the frame, around the mouth of 48 to 67.
        if (points == 68)
        {
            var x = (int)Math.Round(Enumerable.Range(48, 20).Average(i => MeanFace.Points[2 * i])) - 48 + 20;
            var y = (int)Math.Round(Enumerable.Range(48, 20).Average(i => MeanFace.Points[2 * i + 1])) - 48 + 10;
            Assert.AreEqual(pixels[y * 300 + x], expected.Frame(0)[0], 2);
        }
        foreach (var (file, reason) in new[] { ("none.npy", "none.npy"), ("", "names no landmark file"), ("a.pkl", "a.pkl") })
        {
            var region = new LandmarkFileLocator(file.Length == 0 ? "" : samples.PathOf(file)).Locate(video, null);
            Assert.IsNull(region.Mouth);
            StringAssert.Contains(region.Problem, reason);
        }
        var other = new LandmarkFileLocator(samples.PathOf("a.npy")).Locate(new VideoClip(pixels.AsMemory(0, 5 * 300 * 300), 5, 300, 300, 25), null);
        StringAssert.Contains(other.Problem, "13 frames");
    }

    [TestMethod]
    public void OtherContentIsRefusedByName()
    {
        using var samples = new MediaSamples();
        Refused("a.npy", Npy("'|O'", "(3, 4, 2)", new byte[100]), "element type");
        Refused("b.npy", Npy("'<f8'", "(3, 4, 2)", new byte[100]), "are not its 100 bytes");
        Refused("c.npy", Npy("'<f8'", "(999999999, 68, 2)", new byte[100]), "are not its 100 bytes");
        Refused("d.npy", Npy("'<f8'", "(5,)", new byte[40]), "shape");
        Refused("e.npy", [1, 2, 3], "not a .npy");
        Refused("f.csv", "1,2,3,4,5,6,7,8\n1,2\n"u8.ToArray(), "line 2");
        Refused("g.csv", "1,2\n"u8.ToArray(), "1 points");
        Refused("h.pkl", [0x80, 4], ".npy or .csv");

        void Refused(string name, byte[] content, string rule)
        {
            var error = Assert.ThrowsExactly<MediaException>(() => LandmarkFile.Read(samples.Write(name, content)));
            StringAssert.Contains(error.Message, rule);
            StringAssert.Contains(error.Message, name);
        }
    }

    private static byte[] Npy(string type, string shape, byte[] data)
    {
        var header = Encoding.ASCII.GetBytes($"{{'descr': {type}, 'fortran_order': False, 'shape': {shape}, }}\n");
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, (byte)(header.Length >> 8), .. header, .. data];
    }
}
