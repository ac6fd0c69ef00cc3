using System.Text;
using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Tests.Checkpoints;

[TestClass]
public sealed class TorchPickleTests
{
    private readonly string _folder = Values.TemporaryFolder();

    [TestCleanup]
    public void Cleanup() => Directory.Delete(_folder, recursive: true);

    [TestMethod]
    [DataRow("checkpoint_zip.pt", TorchContainer.Zip, 0)]
    [DataRow("checkpoint_legacy.pt", TorchContainer.Legacy, 0)]
    [DataRow("checkpoint_fp16_zip.pt", TorchContainer.Zip, 2e-3)]
    public void FairseqFilesHoldTheReferenceWeights(string file, TorchContainer container, double tolerance)
    {
        using var scope = NewDisposeScope();
        var folder = SharedData.Require("golden/avsr/03_avhubert_lnfirst");
        using var checkpoint = AvHubertCheckpoint.Open(Path.Combine(folder, file));
        using var expected = new SafetensorsReader(Path.Combine(folder, "weights.safetensors"));
        foreach (var name in expected.Entries.Keys)
            Values.AreClose(expected.Read(name), checkpoint.Weights.Read(name), tolerance, tolerance, name);
        Assert.AreEqual(expected.Entries.Count, checkpoint.Weights.Entries.Count);
        Assert.IsFalse(checkpoint.IsFineTuned);
        Assert.AreEqual(64, checkpoint.Config.GetProperty("encoder_embed_dim").GetInt32());
        Assert.IsTrue(checkpoint.Config.GetProperty("layer_norm_first").GetBoolean());
        using var reader = new TorchPickleReader(Path.Combine(folder, file));
        Assert.AreEqual(container, reader.Container);
        Assert.AreEqual("model", reader.StateDictionary);
        var dictionary = reader.Root["task_state"]!["dictionaries"]!.Items[0];
        Assert.AreEqual(PickleKind.Object, dictionary.Kind);
        Assert.AreEqual("fairseq.data.dictionary.Dictionary", dictionary.ClassName);
        Assert.IsNotNull(dictionary.State);
    }

    [TestMethod]
    [DataRow("new.pt", TorchContainer.Zip)]
    [DataRow("old.pt", TorchContainer.Legacy)]
    public void EveryKindOfTensorAndValueIsRead(string file, TorchContainer container)
    {
        using var scope = NewDisposeScope();
        using var reader = new TorchPickleReader(Values.Golden("torch_files/" + file));
        using var expected = new SafetensorsReader(Values.Golden("torch_files/expected.safetensors"));
        Assert.AreEqual(container, reader.Container);
        CollectionAssert.AreEquivalent(expected.Entries.Keys.ToArray(), reader.Entries.Keys.ToArray());
        foreach (var entry in expected.Entries.Values)
        {
            Assert.AreEqual(entry.DType, reader.Entries[entry.Name].DType);
            Values.AreClose(expected.Read(entry.Name), reader.Read(entry.Name), 0, name: entry.Name);
        }
        var root = reader.Root;
        Assert.AreEqual("argparse.Namespace", root["args"]!.ClassName);
        Assert.AreEqual("x", root["args"]!["arch"]!.AsString());
        Assert.AreEqual(PickleKind.None, root["args"]!["n"]!.Kind);
        Assert.AreEqual(0.1, root["args"]!["lr"]!.Items[0].AsNumber());
        Assert.AreEqual("fairseq.data.dictionary.Dictionary", root["dictionaries"]!.Items[0].ClassName);
        Assert.AreEqual("b", root["dictionaries"]!.Items[0]["symbols"]!.Items[1].AsString());
        Assert.AreEqual(PickleKind.Set, root["set"]!.Kind);
        Assert.IsNull(root["big"]!.AsInteger());
        Assert.AreEqual(Math.Pow(2, 80), root["big"]!.AsNumber());
        Assert.IsTrue(double.IsNaN(root["nan"]!.AsNumber()!.Value));
        Assert.AreEqual(2, root["size"]!.Items[1].AsInteger());
        CollectionAssert.AreEqual(new byte[] { (byte)'a', (byte)'b', 0xff }, root["bytes"]!.AsBytes().ToArray());
        Assert.AreEqual(-5, root["neg"]!.AsInteger());
        Assert.IsTrue(root["true"]!.AsBoolean());
        Assert.AreEqual(3, root["dd"]!["q"]!.AsInteger());
        Assert.AreEqual(2, root["counter"]!["a"]!.AsInteger());
        Assert.AreSame(root["tuple"], root["self"]);
    }

    [TestMethod]
    public void OpenAiWhisperBecomesTheHuggingFaceEncoder()
    {
        using var scope = NewDisposeScope();
        using var openAi = WhisperCheckpoint.Open(SharedData.Require("golden/components/02_whisper_encoder/bin_80mel_60/openai/model.pt"));
        using var folder = WhisperCheckpoint.Open(SharedData.Require("golden/components/02_whisper_encoder/bin_80mel_60/hf"));
        CollectionAssert.AreEquivalent(folder.Encoder.Entries.Keys.ToArray(), openAi.Encoder.Entries.Keys.ToArray());
        foreach (var name in folder.Encoder.Entries.Keys)
            Values.AreClose(folder.Encoder.Read(name), openAi.Encoder.Read(name), 0, name: name);
        foreach (var setting in new[] { "d_model", "encoder_layers", "encoder_attention_heads", "encoder_ffn_dim", "num_mel_bins", "max_source_positions" })
            Assert.AreEqual(folder.Config.GetProperty(setting).GetInt32(), openAi.Config.GetProperty(setting).GetInt32(), setting);
        Assert.AreNotEqual(folder.Sha256(), openAi.Sha256());
    }

    [TestMethod]
    public void HalfPrecisionWhisperOpensWithoutReferenceData()
    {
        using var scope = NewDisposeScope();
        using var checkpoint = WhisperCheckpoint.Open(Values.Golden("whisper_openai/model_fp16.pt"));
        Assert.AreEqual(ScalarType.Float16, checkpoint.Encoder.Entries["conv1.weight"].DType);
        CollectionAssert.AreEqual(new long[] { 32, 80, 3 }, checkpoint.Encoder.Read("conv1.weight", ScalarType.Float32).shape);
        Assert.AreEqual(60, checkpoint.Config.GetProperty("max_source_positions").GetInt32());
    }

    [TestMethod]
    public void AveragesLightningCheckpointsAsTheReferenceDoes()
    {
        using var scope = NewDisposeScope();
        var sources = new[] { 1, 2, 3 }.Select(epoch => (ITensorSource)new TorchPickleReader(Values.Golden($"checkpoint_average/epoch={epoch}.ckpt"))).ToArray();
        var average = CheckpointAverager.Average(sources, CheckpointNames.LightningModel);
        using var expected = new SafetensorsReader(Values.Golden("checkpoint_average/average.safetensors"));
        using var written = new TorchPickleReader(Values.Golden("checkpoint_average/model_avg_3.pth"));
        CollectionAssert.AreEquivalent(expected.Entries.Keys.ToArray(), average.Keys.ToArray());
        foreach (var (name, tensor) in average)
        {
            Assert.AreEqual(expected.Entries[name].DType, tensor.dtype);
            Values.AreClose(expected.Read(name), tensor, tensor.dtype == ScalarType.Float32 ? 1e-6 : 0, name: name);
            Values.AreClose(written.Read(name), tensor, tensor.dtype == ScalarType.Float32 ? 1e-6 : 0, name: name);
        }
        foreach (var source in sources)
            source.Dispose();
    }

    [TestMethod]
    [DataRow(null)]
    [DataRow("state_dict")]
    public void WhatIsWrittenIsReadBackAndTiedTensorsShareTheirStorage(string? nested)
    {
        using var scope = NewDisposeScope();
        var table = arange(0f, 6f).reshape(2, 3);
        var tensors = new Dictionary<string, Tensor>
        {
            ["embed"] = table,
            ["head"] = table,
            ["alias"] = table.detach(),
            ["bf16"] = arange(0f, 4f).to_type(ScalarType.BFloat16),
            ["count"] = tensor(7L),
            ["empty"] = zeros(0, 3),
            ["turned"] = arange(0f, 6f).reshape(2, 3).t(),
            ["mask"] = tensor(new[] { true, false }),
        };
        var path = Path.Combine(_folder, "w.pth");
        TorchZipWriter.Write(path, tensors, nested);
        using var reader = new TorchPickleReader(path);
        Assert.AreEqual(nested ?? "", reader.StateDictionary);
        foreach (var (name, tensor) in tensors)
            Values.AreClose(tensor, reader.Read(name), 0, name: name);
        var storages = (nested is null ? reader.Root : reader.Root[nested]!).Pairs.Select(pair => pair.Value.AsTensor()!.Storage.Key).Distinct().Count();
        Assert.AreEqual(6, storages);
    }

    [TestMethod]
    public void SharedStridedAndOffsetViewsAreGathered()
    {
        using var scope = NewDisposeScope();
        // One storage of 0..11, seen as a transposed matrix, a column, a row from the middle and an expanded scalar.
        var numbers = arange(0f, 12f);
        var path = Path.Combine(_folder, "views.pt");
        WriteTorchZip(path, Tensors(
            ("turned", 0, [4, 3], [1, 4]), ("column", 1, [3], [4]), ("row", 4, [1, 4], [4, 1]), ("wide", 5, [2, 3], [0, 0]), ("scalar", 11, [], [])), numbers);
        using var reader = new TorchPickleReader(path);
        var matrix = numbers.reshape(3, 4);
        Values.AreClose(matrix.t(), reader.Read("turned"), 0);
        Values.AreClose(matrix.select(1, 1), reader.Read("column"), 0);
        Values.AreClose(matrix.narrow(0, 1, 1), reader.Read("row"), 0);
        Values.AreClose(full(2, 3, 5f), reader.Read("wide"), 0);
        Assert.AreEqual(11f, reader.Read("scalar").item<float>());
        var target = zeros(4, 3, dtype: ScalarType.Float64);
        reader.CopyTo("turned", target);
        Values.AreClose(matrix.t(), target, 0);
    }

    [TestMethod]
    [DataRow(8, new long[] { 5 }, new long[] { 1 }, "outside its storage")]
    [DataRow(0, new long[] { 3, 5 }, new long[] { 5, 1 }, "outside its storage")]
    [DataRow(0, new long[] { 2, 2 }, new long[] { long.MaxValue, 1 }, "outside its storage")]
    [DataRow(0, new long[] { 4_000_000_000, 1000 }, new long[] { 0, 0 }, "at most")]
    [DataRow(0, new long[] { long.MaxValue, 4 }, new long[] { 0, 0 }, "overflows")]
    public void TensorsThatLeaveTheirStorageAreRefused(long offset, long[] shape, long[] strides, string rule)
    {
        using var scope = NewDisposeScope();
        var path = Path.Combine(_folder, "bad.pt");
        WriteTorchZip(path, Tensors(("x", offset, shape, strides)), arange(0f, 12f));
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => new TorchPickleReader(path)).Message, rule);
    }

    [TestMethod]
    [DataRow("cposix\nsystem\n(X\u0004\0\0\0truetR.", "posix.system")]
    [DataRow("c__builtin__\neval\n(X\u0001\0\0\01tR.", "__builtin__.eval")]
    [DataRow("csubprocess\nPopen\n(X\u0001\0\0\0atR.", "subprocess.Popen")]
    [DataRow("P1\n.", "opcode")]
    [DataRow("h\u0005.", "memo")]
    [DataRow("t.", "did not open")]
    [DataRow("0.", "empty stack")]
    [DataRow("}K\u0001.", "no tensors")]
    [DataRow("X\u00ff\u00ff\u00ff\u007f", "8388608")]
    [DataRow("N", "truncated")]
    public void HostilePicklesAreRefusedByName(string pickle, string rule)
    {
        var path = Path.Combine(_folder, "hostile.pt");
        using (var stream = File.Create(path))
        {
            var zip = new StoredZipWriter(stream);
            zip.Add("archive/data.pkl", Encoding.Latin1.GetBytes(pickle));
            zip.Finish();
        }
        var error = Assert.ThrowsExactly<CheckpointException>(() => new TorchPickleReader(path));
        StringAssert.Contains(error.Message, rule);
        Assert.AreEqual(path, error.File);
    }

    [TestMethod]
    public void SmallPicklesCannotAskForMuchMemory()
    {
        var path = Path.Combine(_folder, "bomb.pt");
        using (var stream = File.Create(path))
        {
            var zip = new StoredZipWriter(stream);
            zip.Add("archive/data.pkl", Encoding.Latin1.GetBytes(new string(']', 2_000_000)));
            zip.Finish();
        }
        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.ThrowsExactly<CheckpointException>(() => new TorchPickleReader(path));
        Assert.IsTrue(GC.GetAllocatedBytesForCurrentThread() - before < 64 << 20, error.Message);
    }

    [TestMethod]
    public void Zip64ArchivesAreReadAndWritten()
    {
        var path = Path.Combine(_folder, "big.zip");
        using (var stream = File.Create(path))
        {
            // A limit of 100 bytes makes every record take the form that files beyond 4 GiB need.
            var zip = new StoredZipWriter(stream, zip64From: 100);
            zip.Add("archive/small", "abc"u8);
            zip.Add("archive/large", new byte[300]);
            zip.Finish();
        }
        using var file = MappedFile.Open(path);
        var records = new ZipRecords(file);
        CollectionAssert.AreEquivalent(new[] { "archive/small", "archive/large" }, records.Names.ToArray());
        var (start, length) = records.Find("archive/large");
        Assert.AreEqual(300, length);
        Assert.AreEqual(0, start % 64);
        using var reference = System.IO.Compression.ZipFile.OpenRead(path);
        using var content = new StreamReader(reference.GetEntry("archive/small")!.Open());
        Assert.AreEqual("abc", content.ReadToEnd());
    }

    /// <summary>A pickled state dictionary whose tensors all view storage 0 of 12 floats.</summary>
    private static byte[] Tensors(params (string Name, long Offset, long[] Shape, long[] Strides)[] tensors)
    {
        var bytes = new MemoryStream();
        void Text(string text) => bytes.Write(Encoding.Latin1.GetBytes(text));
        void Number(long value)
        {
            bytes.Write([0x8a, 8]);
            bytes.Write(BitConverter.GetBytes(value));
        }
        void Word(string word)
        {
            Text("X");
            bytes.Write(BitConverter.GetBytes(word.Length));
            Text(word);
        }
        Text("}(");
        foreach (var (name, offset, shape, strides) in tensors)
        {
            Word(name);
            Text("ctorch._utils\n_rebuild_tensor_v2\n((");
            Word("storage");
            Text("ctorch\nFloatStorage\n");
            Word("0");
            Word("cpu");
            Number(12);
            Text("tQ");
            Number(offset);
            Text("(");
            foreach (var size in shape)
                Number(size);
            Text("t(");
            foreach (var stride in strides)
                Number(stride);
            bytes.Write("t"u8);
            bytes.WriteByte(0x89);
            Text("NtR");
        }
        Text("u.");
        return bytes.ToArray();
    }

    private static void WriteTorchZip(string path, byte[] pickle, Tensor storage)
    {
        using var stream = File.Create(path);
        var zip = new StoredZipWriter(stream);
        zip.Add("archive/data.pkl", pickle);
        zip.Add("archive/data/0", storage.numel() * 4, visit => TensorBytes.Visit(storage, visit));
        zip.Add("archive/version", "3\n"u8);
        zip.Finish();
    }
}
