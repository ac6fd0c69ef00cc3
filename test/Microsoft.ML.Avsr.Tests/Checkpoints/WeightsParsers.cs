using System.Text;
using System.Text.Json;
using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using Microsoft.ML.Avsr.Tests.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Tests.Checkpoints;

/// <summary>The parsers of weights files, of model folders, and of models that were saved in a pipeline, with sound files to damage.</summary>
internal static class WeightsParsers
{
    private static readonly Lazy<byte[]> s_payload = new(() =>
    {
        using var model = Small();
        using var stream = new MemoryStream();
        AvsrModelSerializer.Save(stream, model, new DecodingOptions(), null);
        return stream.ToArray();
    });

    private static readonly Lazy<IReadOnlyDictionary<string, byte[]>> s_folder = new(() =>
    {
        var folder = Values.TemporaryFolder();
        Directory.Delete(folder);
        using var model = Small();
        AvsrModelFolder.Save(folder, model);
        var files = Directory.GetFiles(folder).ToDictionary(file => Path.GetFileName(file), File.ReadAllBytes);
        Directory.Delete(folder, recursive: true);
        return files;
    });

    public static IReadOnlyDictionary<string, FuzzParser> All { get; } = new Dictionary<string, FuzzParser>(StringComparer.Ordinal)
    {
        ["safetensors"] = Source(path => new SafetensorsReader(path), () => [Safetensors(), Golden("torch_files/expected.safetensors"), Golden("checkpoint_average/epoch1.safetensors")]),
        ["torchzip"] = Source(path => new TorchPickleReader(path), () => [Golden("torch_files/new.pt"), Golden("checkpoint_average/epoch=1.ckpt")]),
        ["torchlegacy"] = Source(path => new TorchPickleReader(path), () => [Golden("torch_files/old.pt")]),
        ["pickle"] = Source(path => new TorchPickleReader(path), () => [Pickle("torch_files/new.pt"), Pickle("checkpoint_average/epoch=2.ckpt"), Pickle("checkpoint_average/model_avg_3.pth")]) with { Wrap = Zip },
        ["llama2c"] = Source(path => new Llama2CheckpointReader(path), () => [Llama2()]),
        ["index"] = Source(OpenIndex, () => ["{\"metadata\":{\"total_size\":48},\"weight_map\":{\"a\":\"one.safetensors\",\"b\":\"two.safetensors\",\"c\":\"two.safetensors\"}}"u8.ToArray()]),
        ["adapter"] = Source(OpenAdapter, () => ["{\"peft_type\":\"LORA\",\"r\":2,\"lora_alpha\":16,\"target_modules\":[\"q_proj\",\"v_proj\"],\"lora_dropout\":0.05,\"bias\":\"none\",\"rank_pattern\":{},\"use_rslora\":false}"u8.ToArray()]),
        ["any"] = Source(AvsrCheckpoint.Open, () => [Safetensors(), Golden("torch_files/old.pt"), Golden("torch_files/new.pt"), Llama2()]),
        ["manifest"] = new(ReadFolder, FuzzParser.IsCheckpointRefusal, () => [s_folder.Value[ModelFolder.ManifestName]]),
        ["model"] = new(LoadModel, FuzzParser.IsCheckpointRefusal, () => [ConfigOf(s_folder.Value[ModelFolder.ManifestName])]) { FastFiles = 100 },
        // Most of such a file is numbers, and other numbers are another model, not a damaged file.
        ["payload"] = new(LoadPayload, problem => problem is AvsrModelException { Message.Length: > 0 and < 4000 }, () => [s_payload.Value]) { FastFiles = 100 },
    };

    private static FuzzParser Source(Func<string, ITensorSource> open, Func<IReadOnlyList<byte[]>> seeds) => new(path =>
    {
        using var source = open(path);
        return ReadAll(source);
    }, FuzzParser.IsCheckpointRefusal, seeds);

    private static long ReadAll(ITensorSource source)
    {
        long largest = 0;
        foreach (var entry in source.Entries.Values)
        {
            using var tensor = source.Read(entry.Name);
            largest = Math.Max(largest, entry.ByteLength);
        }
        return largest;
    }

    private static long ReadFolder(string path)
    {
        var folder = FuzzParser.Beside(path, "model", WriteModel);
        File.Copy(path, Path.Combine(folder, ModelFolder.ManifestName), overwrite: true);
        using var opened = ModelFolder.Open(folder);
        return opened.Parts.Max(part => ReadAll(opened.Part(part)));
    }

    private static long LoadModel(string path)
    {
        var folder = FuzzParser.Beside(path, "model", WriteModel);
        // The damage is to the architecture alone; the list of files with their hashes stays sound.
        var manifest = s_folder.Value[ModelFolder.ManifestName];
        var at = manifest.AsSpan().IndexOf(ConfigOf(manifest));
        File.WriteAllBytes(
            Path.Combine(folder, ModelFolder.ManifestName), [.. manifest[..at], .. File.ReadAllBytes(path), .. manifest[(at + ConfigOf(manifest).Length)..]]);
        using var recognizer = AvsrModelFolder.Load(folder);
        return Bytes(recognizer.Model);
    }

    private static long LoadPayload(string path)
    {
        using var recognizer = AvsrModelSerializer.Load(File.ReadAllBytes(path)).Recognizer;
        return Bytes(recognizer.Model);
    }

    private static long Bytes(AvsrModel model) => model.state_dict().Values.Sum(tensor => tensor.numel() * tensor.element_size());

    private static void WriteModel(string folder)
    {
        foreach (var (name, bytes) in s_folder.Value)
            File.WriteAllBytes(Path.Combine(folder, name), bytes);
    }

    private static byte[] ConfigOf(byte[] manifest)
    {
        using var document = JsonDocument.Parse(manifest);
        return Encoding.UTF8.GetBytes(document.RootElement.GetProperty("config").GetRawText());
    }

    private static AvsrModel Small() => new(
        PublishedLayoutTests.Config(AvHubertStreams.Video, ProjectorRouting.Dedr) with { AudioCtcHead = true, VideoCtcHead = true }, PublishedLayoutTests.s_tokenizer);

    private static byte[] Golden(string file) => File.ReadAllBytes(Values.Golden(file));

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
        var folder = FuzzParser.Beside(path, "sharded", folder =>
        {
            using var scope = NewDisposeScope();
            SafetensorsWriter.Write(Path.Combine(folder, "one.safetensors"), new Dictionary<string, Tensor> { ["a"] = zeros(2) });
            SafetensorsWriter.Write(Path.Combine(folder, "two.safetensors"), new Dictionary<string, Tensor> { ["b"] = zeros(2), ["c"] = zeros(3) });
            File.WriteAllText(Path.Combine(folder, "config.json"), "{}");
        });
        File.Copy(path, Path.Combine(folder, "model.safetensors.index.json"), overwrite: true);
        return HuggingFaceFolder.Open(folder).Weights;
    }

    private static ITensorSource OpenAdapter(string path)
    {
        var folder = FuzzParser.Beside(path, "adapter", folder =>
        {
            using var scope = NewDisposeScope();
            var tensors = new Dictionary<string, Tensor> { ["base_model.model.x.q_proj.lora_A.weight"] = zeros(2, 4), ["base_model.model.x.q_proj.lora_B.weight"] = zeros(4, 2) };
            SafetensorsWriter.Write(Path.Combine(folder, "adapter_model.safetensors"), tensors);
        });
        File.Copy(path, Path.Combine(folder, "adapter_config.json"), overwrite: true);
        return PeftAdapter.Open(folder).Weights;
    }
}
