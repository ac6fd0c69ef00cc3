using System.Text.Json;
using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Tests.Checkpoints;

[TestClass]
public sealed class FolderTests
{
    [TestMethod]
    public void AShardedFolderShowsAllItsTensors()
    {
        using var scope = NewDisposeScope();
        using var folder = HuggingFaceFolder.Open(SharedData.Require("golden/components/03_llama/gqa_untied_theta1e4_sharded/hf"));
        Assert.AreEqual("llama", folder.Config.GetProperty("model_type").GetString());
        var width = folder.Config.GetProperty("hidden_size").GetInt64();
        Assert.AreEqual(width, folder.Weights.Read("model.norm.weight").shape[0]);
        Assert.AreEqual(64, folder.Sha256().Length);
        foreach (var entry in folder.Weights.Entries.Values)
            CollectionAssert.AreEqual(entry.Shape, folder.Weights.Read(entry.Name).shape);
    }

    [TestMethod]
    [DataRow("../outside.safetensors")]
    [DataRow("/etc/x.safetensors")]
    [DataRow("..\\outside.safetensors")]
    [DataRow("C:x.safetensors")]
    [DataRow("sub/x.safetensors")]
    [DataRow("config.json")]
    [DataRow("")]
    public void ShardsNeverLeaveTheFolder(string shard)
    {
        var folder = Values.TemporaryFolder();
        File.WriteAllText(Path.Combine(folder, "config.json"), "{}");
        var map = new Dictionary<string, object> { ["weight_map"] = new Dictionary<string, string> { ["a"] = shard } };
        File.WriteAllText(Path.Combine(folder, "model.safetensors.index.json"), JsonSerializer.Serialize(map));
        var error = Assert.ThrowsExactly<CheckpointException>(() => HuggingFaceFolder.Open(folder));
        Assert.AreEqual("a", error.Key);
        StringAssert.Contains(error.Rule, "plain name");
        Directory.Delete(folder, recursive: true);
    }

    [TestMethod]
    public void MissingFilesAreNamed()
    {
        var folder = Values.TemporaryFolder();
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => HuggingFaceFolder.Open(folder)).Message, "config.json");
        File.WriteAllText(Path.Combine(folder, "config.json"), "{}");
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => HuggingFaceFolder.Open(folder)).Message, "no weights");
        File.WriteAllText(Path.Combine(folder, "config.json"), new string(' ', 5 << 20));
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => HuggingFaceFolder.Open(folder)).Message, "at most");
        Directory.Delete(folder, recursive: true);
    }

    [TestMethod]
    public void Llama2FilesCarryHuggingFaceNames()
    {
        using var scope = NewDisposeScope();
        using var reader = new Llama2CheckpointReader(SharedData.Require("data/tiny-llama/stories260K.bin"));
        Assert.AreEqual(new Llama2Header(64, 172, 5, 8, 4, 512, 512, true), reader.Header);
        Assert.AreEqual(2 + (9 * 5), reader.Entries.Count);
        CollectionAssert.AreEqual(new long[] { 32, 64 }, reader.Read("model.layers.0.self_attn.k_proj.weight").shape);
        // Rows of a head: Hugging Face's first half are llama2.c's even rows, the second half its odd ones.
        var bytes = File.ReadAllBytes(reader.Location);
        long start = 28 + (4L * ((512 * 64) + (5 * 64)));
        var expected = new float[64];
        Buffer.BlockCopy(bytes, (int)(start + (4 * 64 * 2)), expected, 0, 256);
        CollectionAssert.AreEqual(expected, Values.Floats(reader.Read("model.layers.0.self_attn.q_proj.weight").narrow(0, 1, 1)));
        Buffer.BlockCopy(bytes, (int)(start + (4 * 64 * 1)), expected, 0, 256);
        CollectionAssert.AreEqual(expected, Values.Floats(reader.Read("model.layers.0.self_attn.q_proj.weight").narrow(0, 4, 1)));
        Assert.AreEqual(64, reader.Config.GetProperty("hidden_size").GetInt32());
    }

    [TestMethod]
    public void ATruncatedLlama2FileIsRefused()
    {
        var path = Path.Combine(Values.TemporaryFolder(), "x.bin");
        int[] header = [64, 172, 5, 8, 4, 512, 512];
        var bytes = new byte[1000];
        Buffer.BlockCopy(header, 0, bytes, 0, 28);
        File.WriteAllBytes(path, bytes);
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => new Llama2CheckpointReader(path)).Message, "1000");
        header[1] = -5;
        Buffer.BlockCopy(header, 0, bytes, 0, 28);
        File.WriteAllBytes(path, bytes);
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => new Llama2CheckpointReader(path)).Message, "hidden_dim");
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }

    [TestMethod]
    public void AnAdapterFolderIsReadInPairs()
    {
        using var scope = NewDisposeScope();
        using var adapter = PeftAdapter.Open(SharedData.Require("golden/components/05_lora/qkvo_r64/adapter"));
        Assert.AreEqual(64, adapter.Config.Rank);
        Assert.IsTrue(adapter.Config.Scale > 0);
        CollectionAssert.Contains(adapter.Modules.ToArray(), "model.layers.0.self_attn.q_proj");
        Assert.AreEqual(64, adapter.Weights.Read("model.layers.0.self_attn.q_proj.lora_A.weight").shape[0]);
        Assert.AreEqual(2 * adapter.Modules.Count, adapter.Weights.Entries.Count);
    }
}
