using System.Buffers.Binary;
using System.Text;
using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Tests.Checkpoints;

[TestClass]
public sealed class SafetensorsTests
{
    private readonly string _folder = Values.TemporaryFolder();

    [TestCleanup]
    public void Cleanup() => Directory.Delete(_folder, recursive: true);

    [TestMethod]
    public void WhatIsWrittenIsReadBack()
    {
        using var scope = NewDisposeScope();
        var tensors = new Dictionary<string, Tensor>
        {
            ["a.weight"] = arange(0f, 6f).reshape(2, 3),
            ["b.half"] = arange(0f, 4f).to_type(ScalarType.Float16),
            ["c.bf16"] = arange(0f, 4f).to_type(ScalarType.BFloat16),
            ["d.count"] = tensor(7L),
            ["e.mask"] = tensor(new[] { true, false, true }),
            ["f.empty"] = zeros(0, 4),
            ["g.turned"] = arange(0f, 6f).reshape(2, 3).t(),
        };
        var path = Path.Combine(_folder, "x.safetensors");
        SafetensorsWriter.Write(path, tensors, new Dictionary<string, string> { ["format"] = "pt" });

        Assert.AreEqual(0, (8 + BinaryPrimitives.ReadInt64LittleEndian(File.ReadAllBytes(path))) % 8);
        Assert.AreEqual(1, Directory.GetFiles(_folder).Length, "no temporary file stays");
        using var reader = new SafetensorsReader(path);
        Assert.AreEqual("pt", reader.Metadata["format"]);
        Assert.AreEqual(tensors.Count, reader.Entries.Count);
        foreach (var (name, tensor) in tensors)
        {
            var read = reader.Read(name);
            Assert.AreEqual(tensor.dtype, read.dtype);
            Values.AreClose(tensor, read, 0, name: name);
        }
        Values.AreClose(tensors["c.bf16"], reader.Read("c.bf16", ScalarType.Float32), 0);
    }

    [TestMethod]
    public void TheSameTensorsGiveTheSameBytes()
    {
        using var scope = NewDisposeScope();
        var (x, y) = (arange(0f, 5f), tensor(3L));
        using MemoryStream first = new(), second = new();
        SafetensorsWriter.Write(first, new Dictionary<string, Tensor> { ["x"] = x, ["y"] = y });
        SafetensorsWriter.Write(second, new Dictionary<string, Tensor> { ["y"] = y, ["x"] = x });
        CollectionAssert.AreEqual(first.ToArray(), second.ToArray());
    }

    [TestMethod]
    public void CopiesIntoAnotherTypeAndLayout()
    {
        using var scope = NewDisposeScope();
        var path = Path.Combine(_folder, "x.safetensors");
        SafetensorsWriter.Write(path, new Dictionary<string, Tensor> { ["x"] = arange(0f, 6f).reshape(2, 3), ["n"] = tensor(new[] { 1L, 2L }) });
        using var reader = new SafetensorsReader(path);
        var turned = zeros(3, 2, dtype: ScalarType.BFloat16).t();
        reader.CopyTo("x", turned);
        Values.AreClose(arange(0f, 6f).reshape(2, 3), turned, 0);
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => reader.CopyTo("x", zeros(6))).Message, "[2, 3]");
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => reader.Read("n", ScalarType.Float32)).Message, "int64");
        var missing = Assert.ThrowsExactly<CheckpointException>(() => reader.Read("y"));
        Assert.AreEqual("y", missing.Key);
        Assert.AreEqual(path, missing.File);
    }

    [TestMethod]
    public void ATensorLargerThanAPieceIsReadWhole()
    {
        using var scope = NewDisposeScope();
        var path = Path.Combine(_folder, "big.safetensors");
        var big = arange(0f, 9_000_000f, dtype: ScalarType.Float32); // 36 MB: three pieces of 16 MiB
        SafetensorsWriter.Write(path, new Dictionary<string, Tensor> { ["x"] = big });
        using var reader = new SafetensorsReader(path);
        Assert.IsTrue(big.Equals(reader.Read("x")));
        Assert.IsTrue(big.to_type(ScalarType.Float64).Equals(reader.Read("x", ScalarType.Float64)));
    }

    [TestMethod]
    [DataRow("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[0],"data_offsets":[8,8]}}""", 8, "twice")]
    [DataRow("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "inside")]
    [DataRow("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""", 12, "hole")]
    [DataRow("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "hole")]
    [DataRow("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 12, "belong to none")]
    [DataRow("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}""", 8, "truncated")]
    [DataRow("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "needs 12 bytes")]
    [DataRow("""{"a":{"dtype":"F32","shape":[4294967296,4294967296,4294967296],"data_offsets":[0,8]}}""", 8, "overflows")]
    [DataRow("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,8]}}""", 8, "whole numbers")]
    [DataRow("""{"a":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}""", 8, "whole numbers")]
    [DataRow("""{"a":{"dtype":"F31","shape":[2],"data_offsets":[0,8]}}""", 8, "F31")]
    [DataRow("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "data_offsets")]
    [DataRow("""{"a":{"dtype":"F32","shape":[2]}}""", 8, "data_offsets")]
    [DataRow("""{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "twice")]
    [DataRow("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"code":"x"}}""", 8, "unknown field")]
    [DataRow("""{"__metadata__":{"a":1}}""", 0, "string")]
    [DataRow("""{"__metadata__":{"a":"1","a":"2"}}""", 0, "twice")]
    [DataRow("""{"a":[]}""", 0, "object")]
    [DataRow("""[]""", 0, "'{'")]
    [DataRow("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}x""", 8, "JSON")]
    [DataRow("""{"a":""", 8, "JSON")]
    public void BrokenHeadersAreRefusedByRule(string header, int dataBytes, string rule)
    {
        var path = Path.Combine(_folder, "broken.safetensors");
        File.WriteAllBytes(path, [.. BitConverter.GetBytes((long)Encoding.UTF8.GetByteCount(header)), .. Encoding.UTF8.GetBytes(header), .. new byte[dataBytes]]);
        var error = Assert.ThrowsExactly<CheckpointException>(() => new SafetensorsReader(path).Dispose());
        StringAssert.Contains(error.Message, rule);
        Assert.AreEqual(path, error.File);
    }

    [TestMethod]
    public void HeaderLengthIsCapped()
    {
        var path = Path.Combine(_folder, "long.safetensors");
        File.WriteAllBytes(path, [.. BitConverter.GetBytes(long.MaxValue), .. new byte[100]]);
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => new SafetensorsReader(path)).Message, "MaxHeaderBytes");
        File.WriteAllBytes(path, [.. BitConverter.GetBytes(1000L), .. new byte[100]]);
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => new SafetensorsReader(path)).Message, "truncated");
        File.WriteAllBytes(path, []);
        Assert.ThrowsExactly<CheckpointException>(() => new SafetensorsReader(path));
        Assert.ThrowsExactly<CheckpointException>(() => new SafetensorsReader(Path.Combine(_folder, "absent")));
    }

    [TestMethod]
    public void InvalidUtf8IsRefused()
    {
        var path = Path.Combine(_folder, "text.safetensors");
        byte[] header = [.. "{\""u8, 0xff, 0xfe, .. "\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}"u8];
        File.WriteAllBytes(path, [.. BitConverter.GetBytes((long)header.Length), .. header]);
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => new SafetensorsReader(path)).Message, "UTF-8");
    }
}
