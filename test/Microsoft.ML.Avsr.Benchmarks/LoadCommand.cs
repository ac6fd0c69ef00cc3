using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Benchmarks;

/// <summary>
/// Writes a file of a published model's names, shapes and size in bfloat16 to the temporary folder, loads it, and prints seconds and peak memory.
/// A loader that drew weights first would need the seconds of the last line more; one that held them twice would show twice the weights.
/// </summary>
internal static class LoadCommand
{
    private const double MemoryLimit = 1.2; // multiples of the weights' size
    private const float Value = 0.0078125f; // exact in bfloat16

    /// <summary>Runs it: <c>load [PRESET [pth|safetensors]]</c>.</summary>
    /// <returns>0 when the memory stayed within its limit.</returns>
    public static int Run(string[] arguments)
    {
        var preset = arguments.Length > 0 ? ModelPreset.Parse(arguments[0]) : ModelPreset.ReleasedSmop;
        var config = preset.Build();
        var construction = new ModuleConstruction { DType = ScalarType.BFloat16 };
        var tokenizer = StandIn(config.LanguageModel.VocabularySize);
        var path = Path.Combine(Path.GetTempPath(), $"avsr-load-{Guid.NewGuid():N}.{(arguments.Length > 1 ? arguments[1] : "pth")}");
        try
        {
            Timed("write", () => Write(path, config, tokenizer));
            Line("file", $"{preset}, {new FileInfo(path).Length / 1e9:0.00} GB, {Path.GetExtension(path)}");
            Line("peak before loading", $"{Peak() / 1e9:0.00} GB");
            long weights;
            using (var model = Timed("load", () => PublishedLayout.Open(path, tokenizer, null, construction)))
            {
                weights = model.parameters().Sum(p => p.numel() * p.element_size());
                Check(model);
            }
            var peak = Peak();
            Line("weights", $"{weights / 1e9:0.00} GB");
            Line("peak memory", $"{peak / 1e9:0.00} GB, {peak / (double)weights:0.00} times the weights (limit {MemoryLimit:0.0})");
            Timed("build and draw instead", () => new AvsrModel(config, tokenizer, null, construction)).Dispose();
            return peak <= MemoryLimit * weights ? 0 : 1;
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static bool Write(string path, AvsrModelConfig config, SpeechTokenizer tokenizer)
    {
        using var scope = NewDisposeScope();
        using var shapes = new AvsrModel(config, tokenizer, null, ModuleConstruction.Meta);
        // Every tensor repeats one number, so that writing a file of gigabytes takes no memory.
        var tensors = new Dictionary<string, Tensor>();
        foreach (var (key, tensor) in shapes.state_dict())
        {
            if (PublishedLayout.NameOf(config, key) is { } name)
                tensors.Add(name, full([], Value, tensor.dtype == ScalarType.Int64 ? ScalarType.Int64 : ScalarType.BFloat16).expand(tensor.shape));
        }
        if (path.EndsWith(".safetensors", StringComparison.Ordinal))
            SafetensorsWriter.Write(path, tensors);
        else
            TorchZipWriter.Write(path, tensors);
        return true;
    }

    private static void Check(AvsrModel model)
    {
        using var scope = NewDisposeScope();
        foreach (var (name, parameter) in model.named_parameters())
        {
            var last = parameter.detach().reshape(-1).narrow(0, parameter.numel() - 1, 1).to(ScalarType.Float32); // [1]
            if (last.item<float>() != Value)
                throw new InvalidOperationException($"'{name}' was not loaded.");
        }
    }

    /// <summary>A tokenizer with as many ids as the language model has rows; its vocabulary is that of one sentence.</summary>
    private static SpeechTokenizer StandIn(int size)
    {
        var small = SpeechTokenizer.FromVocabulary(ByteLevelBpeTrainer.Train(["transcribe speech and video to text."], 300));
        var shift = size - small.VocabularySize;
        var definition = JsonNode.Parse(small.Serialize())!.AsObject();
        foreach (var role in new[] { "baseSize", "bos", "eos", "pad" })
            definition[role] = definition[role]!.GetValue<int>() + shift;
        foreach (var token in definition["special"]!.AsArray())
            token!["id"] = token["id"]!.GetValue<int>() + shift;
        return SpeechTokenizer.Deserialize(definition.ToJsonString());
    }

    private static long Peak()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }

    private static T Timed<T>(string stage, Func<T> work)
    {
        var clock = Stopwatch.StartNew();
        var result = work();
        Line(stage, $"{clock.Elapsed.TotalSeconds:0.00} s");
        return result;
    }

    private static void Line(string name, FormattableString text) => Console.WriteLine($"{name,-24} {text.ToString(CultureInfo.InvariantCulture)}");
}
