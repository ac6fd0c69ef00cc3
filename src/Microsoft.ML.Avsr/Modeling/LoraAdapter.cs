using System.Text.Json;
using Microsoft.ML.Avsr.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>Loads PEFT's low-rank adapters into a language model, and saves a model's adapters in PEFT's layout.</summary>
public static class LoraAdapter
{
    private static readonly (LoraTargets Target, string Ours, string Theirs)[] s_names =
    [
        (LoraTargets.Query, "Q", "q_proj"), (LoraTargets.Key, "K", "k_proj"), (LoraTargets.Value, "V", "v_proj"), (LoraTargets.Output, "O", "o_proj"),
        (LoraTargets.Gate, "Gate", "gate_proj"), (LoraTargets.Up, "Up", "up_proj"), (LoraTargets.Down, "Down", "down_proj"),
    ];

    /// <summary>The configuration that a model must be made with before <see cref="Load"/>.</summary>
    /// <param name="adapter">The opened adapter folder.</param>
    /// <exception cref="CheckpointException">The adapter changes something that cannot be adapted here.</exception>
    public static LoraConfig ConfigOf(PeftAdapter adapter)
    {
        ArgumentNullException.ThrowIfNull(adapter);
        var targets = LoraTargets.None;
        foreach (var module in adapter.Modules)
        {
            var name = module[(module.LastIndexOf('.') + 1)..];
            var index = Array.FindIndex(s_names, n => n.Theirs == name);
            if (index < 0)
                throw new CheckpointException(adapter.Location, module, $"this layer cannot be adapted; allowed are {string.Join(", ", s_names.Select(n => n.Theirs))}");
            targets |= s_names[index].Target;
        }
        return new LoraConfig { Rank = adapter.Config.Rank, Scale = adapter.Config.Scale, Dropout = adapter.Config.Dropout, Targets = targets };
    }

    /// <summary>Loads an adapter into a model that was made with its configuration.</summary>
    /// <param name="model">The model.</param>
    /// <param name="adapter">The opened adapter folder.</param>
    /// <exception cref="CheckpointException">Tensors are missing, left over, or of another shape.</exception>
    /// <exception cref="InvalidOperationException">The model's adapters are merged.</exception>
    public static void Load(LlamaForCausalLM model, PeftAdapter adapter)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(adapter);
        RequireUnmerged(model);
        StateDictionaryLoader.Load(model, adapter.Weights, PeftName);
    }

    /// <summary>Saves a model's adapter as a PEFT folder, which is made when it does not exist.</summary>
    /// <param name="model">The model.</param>
    /// <param name="folder">The adapter's folder.</param>
    /// <param name="baseModel">Name or path of the base model, for the record.</param>
    /// <exception cref="InvalidOperationException">The model has no adapters, or they are merged.</exception>
    public static void Save(LlamaForCausalLM model, string folder, string baseModel = "")
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        RequireUnmerged(model);
        var lora = model.Lora ?? throw new InvalidOperationException("The model has no low-rank adapters to save.");
        var rank = lora.RankFor(model.Config.Width);
        Directory.CreateDirectory(folder);
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var (name, parameter) in model.named_parameters())
        {
            if (PeftName(name) is { } theirs)
                tensors.Add("base_model.model." + theirs, parameter.detach());
        }
        SafetensorsWriter.Write(Path.Combine(folder, "adapter_model.safetensors"), tensors, new Dictionary<string, string> { ["format"] = "pt" });
        var json = JsonSerializer.Serialize(new Dictionary<string, object?>
        {
            ["peft_type"] = "LORA",
            ["task_type"] = "CAUSAL_LM",
            ["base_model_name_or_path"] = baseModel,
            ["r"] = rank,
            ["lora_alpha"] = lora.Scale * rank,
            ["lora_dropout"] = lora.Dropout,
            ["target_modules"] = s_names.Where(n => lora.Targets.HasFlag(n.Target)).Select(n => n.Theirs).ToArray(),
            ["bias"] = "none",
            ["use_dora"] = false,
            ["use_rslora"] = false,
            ["inference_mode"] = true,
        }, new JsonSerializerOptions { WriteIndented = true });
        AtomicFile.WriteText(Path.Combine(folder, "adapter_config.json"), json);
    }

    /// <summary>PEFT's name, without its prefix, of one of our adapter tensors; null for any other tensor.</summary>
    internal static string? PeftName(string key)
    {
        foreach (var (_, ours, theirs) in s_names)
        {
            foreach (var (direction, matrix) in new[] { ("down", "lora_A"), ("up", "lora_B") })
            {
                var ending = $".lora_{direction}_{ours}.weight";
                if (key.EndsWith(ending, StringComparison.Ordinal))
                    return $"{key[..^ending.Length]}.{theirs}.{matrix}.weight";
            }
        }
        return null;
    }

    private static void RequireUnmerged(LlamaForCausalLM model)
    {
        if (model.AdaptersMerged)
            throw new InvalidOperationException("The model's adapters are merged into its weights; call UnmergeAdapters first.");
    }
}
