using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Tests.Checkpoints;

/// <summary>
/// Damaged files of every format: the only answers allowed are tensors or a <see cref="CheckpointException"/>, within a second and within
/// 64 MiB and twice the file. A few hundred files per parser run always; <c>AVSR_FUZZ=100000</c> runs that many. A file that breaks the rule
/// is kept under <c>Checkpoints/Crashes</c>, named after parser and error, and is tried again by every run.
/// </summary>
[TestClass]
public sealed class FuzzTests
{
    private const int FastFiles = 400;
    private const long AllowedBytes = 64L << 20;

    private static readonly Dictionary<string, Func<string, ITensorSource>> s_parsers = new(StringComparer.Ordinal)
    {
        ["safetensors"] = path => new SafetensorsReader(path),
        ["torchzip"] = path => new TorchPickleReader(path),
        ["torchlegacy"] = path => new TorchPickleReader(path),
        ["pickle"] = path => new TorchPickleReader(path),
        ["llama2c"] = path => new Llama2CheckpointReader(path),
        ["index"] = OpenIndex,
        ["adapter"] = OpenAdapter,
        ["any"] = AvsrCheckpoint.Open,
    };

    private readonly string _folder = Values.TemporaryFolder();

    [TestCleanup]
    public void Cleanup() => Directory.Delete(_folder, recursive: true);

    [TestMethod]
    [DataRow("safetensors")]
    [DataRow("torchzip")]
    [DataRow("torchlegacy")]
    [DataRow("pickle")]
    [DataRow("llama2c")]
    [DataRow("index")]
    [DataRow("adapter")]
    [DataRow("any")]
    public void DamagedFilesAreReadOrRefused(string parser)
    {
        var count = int.TryParse(Environment.GetEnvironmentVariable("AVSR_FUZZ"), out var wanted) ? wanted : FastFiles;
        var seeds = Seeds(parser);
        var path = Path.Combine(_folder, "damaged");
        var failures = new List<string>();
        var refused = 0;
        Try(parser, path, seeds[0]); // pays for compilation before the clock is watched
        for (var i = 0; i < count && failures.Count < 10; i++)
        {
            var mutator = new Mutator(i);
            var bytes = mutator.Mutate(seeds[i % seeds.Count], seeds[(i + 1) % seeds.Count]);
            if (parser == "pickle")
                bytes = Zip(bytes);
            var problem = Try(parser, path, bytes);
            refused += problem == "" ? 1 : 0;
            if (problem is { Length: > 0 })
                failures.Add(Keep(parser, problem, bytes));
        }
        Assert.AreEqual(0, failures.Count, string.Join("\n", failures));
        Assert.IsTrue(refused > count / 4, $"only {refused} of {count} files were refused: the damage is too gentle to find anything");
    }

    [TestMethod]
    public void FilesThatOnceBrokeTheRuleKeepIt()
    {
        var failures = new List<string>();
        var files = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Checkpoints", "Crashes"));
        Assert.IsTrue(files.Length > 0);
        foreach (var file in files)
        {
            var parser = Path.GetFileName(file).Split('-')[0];
            Try(parser, Path.Combine(_folder, "damaged"), Seeds(parser)[0]);
            if (Try(parser, Path.Combine(_folder, "damaged"), File.ReadAllBytes(file)) is { Length: > 0 } problem)
                failures.Add($"{Path.GetFileName(file)}: {problem}");
        }
        Assert.AreEqual(0, failures.Count, string.Join("\n", failures));
    }

    /// <summary>Null when the file was read, empty when it was refused properly, else what went wrong.</summary>
    private static string? Try(string parser, string path, byte[] bytes)
    {
        File.WriteAllBytes(path, bytes);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var clock = Stopwatch.StartNew();
        string? outcome = null;
        try
        {
            using var scope = NewDisposeScope();
            using var source = s_parsers[parser](path);
            long tensors = 0;
            foreach (var entry in source.Entries.Values)
            {
                using var tensor = source.Read(entry.Name);
                tensors = Math.Max(tensors, entry.ByteLength);
            }
            if (tensors > AllowedBytes + (2L * bytes.Length))
                outcome = $"Memory-{tensors}";
        }
        catch (CheckpointException e) when (e.File.Length > 0 && e.Rule.Length > 0 && e.Message.Length < 4000)
        {
            outcome = "";
        }
        catch (Exception e)
        {
            outcome = $"{e.GetType().Name}: {e.Message} {e.StackTrace}";
        }
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        if (allocated > AllowedBytes + (2L * bytes.Length))
            return $"Allocation: {allocated} bytes";
        return clock.ElapsedMilliseconds > 1000 ? $"Slow: {clock.ElapsedMilliseconds} ms" : outcome;
    }

    private static string Keep(string parser, string problem, byte[] bytes)
    {
        var folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "Checkpoints", "NewCrashes")).FullName;
        var name = $"{parser}-{problem.Split(':')[0]}-{Convert.ToHexStringLower(SHA256.HashData(bytes))[..8]}";
        File.WriteAllBytes(Path.Combine(folder, name), bytes);
        return $"{Path.Combine(folder, name)}: {problem}";
    }

    private List<byte[]> Seeds(string parser) => parser switch
    {
        "safetensors" => [Safetensors(), File.ReadAllBytes(Values.Golden("torch_files/expected.safetensors")), File.ReadAllBytes(Values.Golden("checkpoint_average/epoch1.safetensors"))],
        "torchzip" => [File.ReadAllBytes(Values.Golden("torch_files/new.pt")), File.ReadAllBytes(Values.Golden("checkpoint_average/epoch=1.ckpt"))],
        "torchlegacy" => [File.ReadAllBytes(Values.Golden("torch_files/old.pt"))],
        "pickle" => [Pickle("torch_files/new.pt"), Pickle("checkpoint_average/epoch=2.ckpt"), Pickle("checkpoint_average/model_avg_3.pth")],
        "llama2c" => [Llama2()],
        "index" => ["{\"metadata\":{\"total_size\":48},\"weight_map\":{\"a\":\"one.safetensors\",\"b\":\"two.safetensors\",\"c\":\"two.safetensors\"}}"u8.ToArray()],
        "adapter" => ["{\"peft_type\":\"LORA\",\"r\":2,\"lora_alpha\":16,\"target_modules\":[\"q_proj\",\"v_proj\"],\"lora_dropout\":0.05,\"bias\":\"none\",\"rank_pattern\":{},\"use_rslora\":false}"u8.ToArray()],
        _ => [Safetensors(), File.ReadAllBytes(Values.Golden("torch_files/old.pt")), File.ReadAllBytes(Values.Golden("torch_files/new.pt")), Llama2()],
    };

    private static byte[] Safetensors()
    {
        using var scope = NewDisposeScope();
        using var stream = new MemoryStream();
        var tensors = new Dictionary<string, Tensor> { ["a"] = zeros(2, 3), ["layer.0.weight"] = ones(4), ["n"] = tensor(3L), ["empty"] = zeros(0) };
        SafetensorsWriter.Write(stream, tensors, new Dictionary<string, string> { ["format"] = "pt" });
        return stream.ToArray();
    }

    private static byte[] Llama2()
    {
        int[] header = [8, 12, 2, 2, 1, 10, 6];
        var floats = (10 * 8) + (2 * ((2 * 8) + (2 * 64) + (2 * 8 * 4) + (3 * 8 * 12))) + 8 + (6 * 4);
        var bytes = new byte[28 + (4 * floats)];
        Buffer.BlockCopy(header, 0, bytes, 0, 28);
        return bytes;
    }

    private static byte[] Pickle(string golden)
    {
        using var file = MappedFile.Open(Values.Golden(golden));
        var zip = new ZipRecords(file);
        var (start, length) = zip.Find(zip.Names.Single(name => name.EndsWith("/data.pkl", StringComparison.Ordinal)));
        return file.ReadBytes(start, (int)length);
    }

    private static byte[] Zip(byte[] pickle)
    {
        using var stream = new MemoryStream();
        var zip = new StoredZipWriter(stream);
        zip.Add("archive/data.pkl", pickle);
        for (var i = 0; i < 18; i++)
            zip.Add($"archive/data/{i}", new byte[96]);
        zip.Finish();
        return stream.ToArray();
    }

    private static ITensorSource OpenIndex(string path)
    {
        using var scope = NewDisposeScope();
        var folder = Path.Combine(Path.GetDirectoryName(path)!, "sharded");
        if (!Directory.Exists(folder))
        {
            SafetensorsWriter.Write(Path.Combine(folder, "one.safetensors"), new Dictionary<string, Tensor> { ["a"] = zeros(2) });
            SafetensorsWriter.Write(Path.Combine(folder, "two.safetensors"), new Dictionary<string, Tensor> { ["b"] = zeros(2), ["c"] = zeros(3) });
            File.WriteAllText(Path.Combine(folder, "config.json"), "{}");
        }
        File.Copy(path, Path.Combine(folder, "model.safetensors.index.json"), overwrite: true);
        return HuggingFaceFolder.Open(folder).Weights;
    }

    private static ITensorSource OpenAdapter(string path)
    {
        using var scope = NewDisposeScope();
        var folder = Path.Combine(Path.GetDirectoryName(path)!, "adapter");
        if (!Directory.Exists(folder))
        {
            var tensors = new Dictionary<string, Tensor> { ["base_model.model.x.q_proj.lora_A.weight"] = zeros(2, 4), ["base_model.model.x.q_proj.lora_B.weight"] = zeros(4, 2) };
            SafetensorsWriter.Write(Path.Combine(folder, "adapter_model.safetensors"), tensors);
        }
        File.Copy(path, Path.Combine(folder, "adapter_config.json"), overwrite: true);
        return PeftAdapter.Open(folder).Weights;
    }
}
