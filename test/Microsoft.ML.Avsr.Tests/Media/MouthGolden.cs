using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Media;

/// <summary>The arrays of one golden case, read without a tensor library.</summary>
internal sealed class MouthGolden
{
    private readonly byte[] _bytes;
    private readonly JsonElement _header;
    private readonly int _data;

    internal MouthGolden(string name)
    {
        Folder = Path.Combine(AppContext.BaseDirectory, "Golden", "avsr", name);
        if (!Directory.Exists(Folder))
            Folder = SharedData.Require($"golden/avsr/{name}");
        _bytes = File.ReadAllBytes(Path.Combine(Folder, "io.safetensors"));
        _data = 8 + (int)BinaryPrimitives.ReadInt64LittleEndian(_bytes);
        _header = JsonDocument.Parse(_bytes.AsMemory(8, _data - 8)).RootElement;
    }

    internal string Folder { get; }

    internal int[] Shape(string name) => [.. _header.GetProperty(name).GetProperty("shape").EnumerateArray().Select(e => e.GetInt32())];

    internal double[] Doubles(string name) => MemoryMarshal.Cast<byte, double>(Raw(name, "F64")).ToArray();

    internal long[] Longs(string name) => MemoryMarshal.Cast<byte, long>(Raw(name, "I64")).ToArray();

    internal byte[] Bytes(string name) => Raw(name, "U8").ToArray();

    /// <summary>A two-dimensional float64 array of numpy's format.</summary>
    internal static double[] Npy(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var header = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(8));
        StringAssert.Contains(System.Text.Encoding.ASCII.GetString(bytes, 10, header), "'<f8'");
        return MemoryMarshal.Cast<byte, double>(bytes.AsSpan(10 + header)).ToArray();
    }

    private ReadOnlySpan<byte> Raw(string name, string kind)
    {
        var entry = _header.GetProperty(name);
        Assert.AreEqual(kind, entry.GetProperty("dtype").GetString());
        var offsets = entry.GetProperty("data_offsets");
        var from = offsets[0].GetInt32();
        return _bytes.AsSpan(_data + from, offsets[1].GetInt32() - from);
    }
}
