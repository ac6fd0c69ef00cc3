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
