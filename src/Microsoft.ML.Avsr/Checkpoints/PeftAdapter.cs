using System.Text.Json;
using System.Text.Json.Nodes;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>A LoRA adapter folder of PEFT: <c>adapter_config.json</c> with <c>adapter_model.safetensors</c> or <c>adapter_model.bin</c>.</summary>
public sealed class PeftAdapter : IDisposable
{
    private PeftAdapter(string path, PeftConfig config, ITensorSource weights)
    {
        Location = path;
        Config = config;
        Weights = weights;
    }

    /// <summary>Path of the folder.</summary>
    public string Location { get; }

    /// <summary>Rank, scale and targets.</summary>
    public PeftConfig Config { get; }

    /// <summary>
    /// The adapter's tensors without <c>base_model.model.</c>: <c>model.layers.0.self_attn.q_proj.lora_A.weight</c> [rank, in] and
    /// <c>lora_B.weight</c> [out, rank].
    /// </summary>
    public ITensorSource Weights { get; }

    /// <summary>The adapted layers, for example <c>model.layers.0.self_attn.q_proj</c>; each has an A and a B.</summary>
    public IReadOnlyList<string> Modules { get; private init; } = [];

    /// <summary>Opens a folder and checks that A and B of every layer fit together.</summary>
    /// <param name="path">The folder.</param>
    /// <returns>The adapter; tensors are read on demand.</returns>
    /// <exception cref="CheckpointException">A file is missing, a variant is not supported, or shapes do not fit.</exception>
    public static PeftAdapter Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var configPath = Path.Combine(path, "adapter_config.json");
        if (!File.Exists(configPath))
            throw new CheckpointException(path, "adapter_config.json", "the folder has no such file");
        var config = ReadConfig(configPath);
        var file = new[] { "adapter_model.safetensors", "adapter_model.bin" }.Select(name => Path.Combine(path, name)).FirstOrDefault(File.Exists)
            ?? throw new CheckpointException(path, null, "the folder has neither adapter_model.safetensors nor adapter_model.bin");
        var weights = HuggingFaceFolder.OpenWeights(file).Rename(CheckpointNames.PeftAdapter);
        try
        {
            return new PeftAdapter(path, config, weights) { Modules = CheckPairs(weights, config.Rank) };
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <summary>Writes an adapter folder that PEFT reads.</summary>
    /// <param name="path">The folder; created when missing.</param>
    /// <param name="config">Rank, scale and targets.</param>
    /// <param name="tensors">A and B by layer, as <see cref="Weights"/> names them.</param>
    public static void Write(string path, PeftConfig config, IReadOnlyDictionary<string, Tensor> tensors)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(tensors);
        var named = tensors.ToDictionary(pair => "base_model.model." + pair.Key, pair => pair.Value, StringComparer.Ordinal);
        SafetensorsWriter.Write(Path.Combine(path, "adapter_model.safetensors"), named, new Dictionary<string, string> { ["format"] = "pt" });
        var json = new JsonObject
        {
            ["base_model_name_or_path"] = config.BaseModel,
            ["bias"] = "none",
            ["fan_in_fan_out"] = false,
            ["inference_mode"] = true,
            ["lora_alpha"] = config.Alpha,
            ["lora_dropout"] = config.Dropout,
            ["peft_type"] = "LORA",
            ["r"] = config.Rank,
            ["target_modules"] = new JsonArray([.. config.TargetModules.Select(name => (JsonNode)name)]),
            ["task_type"] = "CAUSAL_LM",
            ["use_rslora"] = config.RankStabilized,
        };
        AtomicFile.WriteText(Path.Combine(path, "adapter_config.json"), json.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
    }

    /// <summary>Closes the weights.</summary>
    public void Dispose() => Weights.Dispose();

    private static PeftConfig ReadConfig(string path)
    {
        var json = JsonFile.Read(path);
        void Refuse(string key, string rule) => throw new CheckpointException(path, key, rule);
        if (JsonFile.Text(json, "peft_type") is { } type && type != "LORA")
            Refuse("peft_type", $"is '{CheckpointException.Shorten(type)}'; only LORA is supported");
        // Variants that change the arithmetic must not load as if they were plain LoRA.
        foreach (var flag in new[] { "use_dora", "fan_in_fan_out" })
        {
            if (JsonFile.Flag(json, flag) == true)
                Refuse(flag, "is true; only plain LoRA on linear layers is supported");
        }
        if (JsonFile.Text(json, "bias") is { } bias && bias != "none")
            Refuse("bias", $"is '{CheckpointException.Shorten(bias)}'; only 'none' is supported");
        foreach (var pattern in new[] { "rank_pattern", "alpha_pattern" })
        {
            if (json.TryGetProperty(pattern, out var map) && map.ValueKind == JsonValueKind.Object && map.EnumerateObject().Any())
                Refuse(pattern, "differs between layers; one rank and one alpha are supported");
        }
        var rank = JsonFile.Integer(json, "r") ?? 0;
        if (rank is < 1 or > 65536)
            Refuse("r", $"is {rank}, 1 to 65536 is allowed");
        var alpha = JsonFile.Number(json, "lora_alpha") ?? 8;
        string[] targets = [];
        if (json.TryGetProperty("target_modules", out var modules))
        {
            targets = modules.ValueKind switch
            {
                JsonValueKind.Array => [.. modules.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!).Order(StringComparer.Ordinal)],
                JsonValueKind.String => [modules.GetString()!],
                _ => [],
            };
        }
        return new PeftConfig
        {
            Rank = (int)rank,
            Alpha = alpha,
            TargetModules = targets,
            Dropout = JsonFile.Number(json, "lora_dropout") ?? 0,
            RankStabilized = JsonFile.Flag(json, "use_rslora") ?? false,
            BaseModel = JsonFile.Text(json, "base_model_name_or_path"),
        };
    }

    private static List<string> CheckPairs(ITensorSource weights, int rank)
    {
        const string a = ".lora_A.weight", b = ".lora_B.weight";
        var modules = new List<string>();
        foreach (var entry in weights.Entries.Values.OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            if (entry.Name.EndsWith(b, StringComparison.Ordinal))
            {
                if (!weights.Entries.ContainsKey(entry.Name[..^b.Length] + a))
                    throw new CheckpointException(weights.Location, entry.Name, "has no lora_A of the same layer");
                continue;
            }
            if (!entry.Name.EndsWith(a, StringComparison.Ordinal))
                continue;
            var module = entry.Name[..^a.Length];
            if (!weights.Entries.TryGetValue(module + b, out var up))
                throw new CheckpointException(weights.Location, entry.Name, "has no lora_B of the same layer");
            if (entry.Shape is not [var down, _] || up.Shape is not [_, var inner] || down != rank || inner != rank)
                throw new CheckpointException(weights.Location, entry.Name, $"A is {entry.Describe()} and B is {up.Describe()}; [{rank}, in] and [out, {rank}] are expected");
            modules.Add(module);
        }
        if (modules.Count == 0)
            throw new CheckpointException(weights.Location, null, "the file has no lora_A and lora_B tensors");
        return modules;
    }
}
