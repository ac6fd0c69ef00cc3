using System.Buffers.Binary;
using Microsoft.ML.Avsr.Media;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Media;

[TestClass]
public sealed class WaveFileTests
{
    [TestMethod]
    public void WrittenSoundIsReadBack()
    {
        var clip = new AudioClip(new[] { 0f, 0.5f, -0.5f, 1f, -1f }, 16000);
        foreach (var (asFloat, tolerance) in new[] { (false, 1f / 32000), (true, 0f) })
        {
            var stream = new MemoryStream();
            WaveFile.Write(stream, clip, asFloat);
            stream.Position = 0;
            var back = WaveFile.Read(stream);
            Assert.AreEqual(16000, back.SampleRate);
            for (var i = 0; i < 5; i++)
                Assert.AreEqual(clip.Samples.Span[i], back.Samples.Span[i], tolerance);
        }
    }

    [TestMethod]
    [DataRow(8, false)]
    [DataRow(16, false)]
    [DataRow(24, false)]
    [DataRow(32, false)]
    [DataRow(32, true)]
    [DataRow(64, true)]
    public void EveryPcmKindAveragesItsChannels(int bits, bool isFloat)
    {
        // Two channels, 0.5 and -0.25 of full scale: mean 0.125.
        var body = new List<byte>();
        foreach (var value in new[] { 0.5, -0.25, 0.5, -0.25 })
            body.AddRange(Encode(value, bits, isFloat));
        foreach (var extensible in new[] { false, true })
        {
            var clip = WaveFile.Read(new MemoryStream(Wave(body.ToArray(), 2, 44100, bits, isFloat, extensible)));
            Assert.AreEqual(2, clip.Samples.Length);
            Assert.AreEqual(0.125f, clip.Samples.Span[1], 0.005f);
        }
    }

    [TestMethod]
    public void LyingSizesAreCutToTheStream()
    {
        var bytes = Wave(new byte[2000], 1, 16000, 16, false, false);
        foreach (var size in new uint[] { 0, uint.MaxValue, 4000, 2001 })
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(40), size);
            Assert.AreEqual(1000, WaveFile.Read(new MemoryStream(bytes)).Samples.Length);
        }
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(40), 4000);
        var clip = new MediaReader().Read(bytes);
        Assert.AreEqual(MediaStatus.Truncated, clip.Status);
        Assert.AreEqual(1000, clip.Audio!.Samples.Length);
    }

    [TestMethod]
    public void NonsenseIsATypedError()
    {
        Throws([1, 2, 3], "RIFF");
        Throws(Wave([], 0, 16000, 16, false, false), "channels");
        Throws(Wave([], 1, 0, 16, false, false), "sample rate");
        Throws(Wave([], 1, 16000, 0, false, false), "bits");
        Throws(Wave([], 1, 16000, 16, false, false)[..30], "format chunk");

        static void Throws(byte[] bytes, string named) =>
            StringAssert.Contains(Assert.ThrowsExactly<MediaException>(() => WaveFile.Read(new MemoryStream(bytes))).Message, named);
    }

    [TestMethod]
    public void WildFloatsAreRepairedAndReported()
    {
        var body = new float[] { 0.1f, float.NaN, float.PositiveInfinity, 1e30f, -1e30f, 0.2f }.SelectMany(BitConverter.GetBytes).ToArray();
        var clip = new MediaReader().Read(Wave(body, 1, 16000, 32, true, false));
        Assert.AreEqual(MediaStatus.Damaged, clip.Status);
        StringAssert.Contains(clip.Problem, "4 samples");
        CollectionAssert.AreEqual(new[] { 0.1f, 0, 0, 16, -16, 0.2f }, clip.Audio!.Samples.ToArray());
    }

    [TestMethod]
    [DataRow(8000)]
    [DataRow(11025)]
    [DataRow(44100)]
    [DataRow(48000)]
    [DataRow(12347)]
    public void ResamplingKeepsPitchAndLevel(int rate)
    {
        var clip = AudioResampler.Resample(MediaReaderTests.Tone(rate, rate), 16000);
        Assert.AreEqual(16000, clip.Samples.Length, 1);
        var worst = 0.0;
        for (var i = 200; i < 15800; i++)
            worst = Math.Max(worst, Math.Abs(clip.Samples.Span[i] - 0.5 * Math.Sin(2 * Math.PI * 440 * i / 16000)));
        Assert.IsLessThan(5e-4, worst);
    }

    [TestMethod]
    public void ResamplingRemovesWhatWouldAlias()
    {
        var clip = AudioResampler.Resample(MediaReaderTests.Tone(48000, 48000, 12000), 16000);
        Assert.IsLessThan(1e-3f, clip.Samples.ToArray()[200..15800].Max(Math.Abs));
    }

    internal static byte[] Wave(byte[] body, int channels, int rate, int bits, bool isFloat, bool extensible)
    {
        var format = extensible ? 40 : 16;
        var bytes = new byte[28 + format + body.Length];
        "RIFF"u8.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), bytes.Length - 8);
        "WAVEfmt "u8.CopyTo(bytes.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), format);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(20), (ushort)(extensible ? 0xFFFE : isFloat ? 3 : 1));
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(22), (ushort)channels);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(24), rate);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(28), rate * channels * bits / 8);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(32), (ushort)(channels * bits / 8));
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(34), (ushort)bits);
        if (extensible)
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(44), (ushort)(isFloat ? 3 : 1));
        "data"u8.CopyTo(bytes.AsSpan(20 + format));
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(24 + format), body.Length);
        body.CopyTo(bytes.AsSpan(28 + format));
        return bytes;
    }

    private static byte[] Encode(double value, int bits, bool isFloat) => (bits, isFloat) switch
    {
        (8, _) => [(byte)(128 + value * 127)],
        (16, _) => BitConverter.GetBytes((short)(value * 32767)),
        (24, _) => BitConverter.GetBytes((int)(value * 8388607))[..3],
        (32, false) => BitConverter.GetBytes((int)(value * int.MaxValue)),
        (32, true) => BitConverter.GetBytes((float)value),
        _ => BitConverter.GetBytes(value),
    };
}
