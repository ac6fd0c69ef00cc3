using System.Text.Json;
using Microsoft.ML.Avsr.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>Makes language models with published weights.</summary>
public static class LlamaFactory
{
    /// <summary>Loads a Llama or Qwen2 folder, in evaluation mode.</summary>
    /// <param name="folder">The opened Hugging Face folder.</param>
    /// <param name="addedTokens">Rows to append to the embedding table and the output map, drawn from N(0, 0.02²) as the reference does (specification 6.2).</param>
    /// <param name="lora">Low-rank adapters to add; null is none.</param>
    /// <param name="construction">Device and precision; null is float32 on the CPU.</param>
    /// <exception cref="CheckpointException">The weights are not those of the folder's configuration.</exception>
    /// <exception cref="InvalidDataException">The configuration is not supported.</exception>
    public static LlamaForCausalLM FromHuggingFace(
        HuggingFaceFolder folder, int addedTokens = 0, LoraConfig? lora = null, ModuleConstruction? construction = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return FromWeights(LlamaConfig.FromJson(folder.Config), folder.Weights, addedTokens, lora, construction);
    }

    /// <summary>Loads a llama2.c file, in evaluation mode.</summary>
    /// <param name="file">The opened file.</param>
    /// <param name="addedTokens">Rows to append to the embedding table and the output map.</param>
    /// <param name="lora">Low-rank adapters to add; null is none.</param>
    /// <param name="construction">Device and precision; null is float32 on the CPU.</param>
    /// <exception cref="CheckpointException">The file breaks a rule of the format.</exception>
    public static LlamaForCausalLM FromLlama2(
        Llama2CheckpointReader file, int addedTokens = 0, LoraConfig? lora = null, ModuleConstruction? construction = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        return FromWeights(LlamaConfig.FromJson(file.Config), file, addedTokens, lora, construction);
    }

    /// <summary>Loads a model whose shape is known, in evaluation mode.</summary>
    /// <param name="config">The shape in the file, without added tokens.</param>
    /// <param name="weights">Tensors under Hugging Face's names; they stay open. Adapters among them are loaded where <paramref name="lora"/> has them.</param>
    /// <param name="addedTokens">Rows to append to the embedding table and the output map.</param>
    /// <param name="lora">Low-rank adapters to add; null is none.</param>
    /// <param name="construction">Device and precision; null is float32 on the CPU.</param>
    /// <exception cref="CheckpointException">The weights are not those of the configuration.</exception>
    public static LlamaForCausalLM FromWeights(
        LlamaConfig config, ITensorSource weights, int addedTokens = 0, LoraConfig? lora = null, ModuleConstruction? construction = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentOutOfRangeException.ThrowIfNegative(addedTokens);
        var grown = config with { VocabularySize = config.VocabularySize + addedTokens };
        var module = new LlamaForCausalLM(grown, lora, (construction ?? ModuleConstruction.Default) with { Initialize = false });
        // Rotary tables are computed, and a tied output map may be stored though it is not a tensor of its own.
        using var source = weights.Rename(
            name => name.EndsWith("rotary_emb.inv_freq", StringComparison.Ordinal) || (config.TieEmbeddings && name == "lm_head.weight") ? null : name,
            leaveOpen: true);
        using var rest = addedTokens == 0 ? source : source.Rename(name => IsTable(name) ? null : name, leaveOpen: true);
        StateDictionaryLoader.Load(module, rest, key => IsAbsentAdapter(key, source) || (addedTokens > 0 && IsTable(key)) ? null : key);
        if (addedTokens > 0)
            LoadTables(module, source, config.VocabularySize, addedTokens);
        module.eval();
        return module;
    }

    private static bool IsTable(string name) => name is "model.embed_tokens.weight" or "lm_head.weight";

    private static bool IsAbsentAdapter(string key, ITensorSource source) =>
        key.Contains(".lora_", StringComparison.Ordinal) && !source.Entries.ContainsKey(key);

    /// <summary>Copies the stored rows and draws the added ones.</summary>
    private static void LoadTables(LlamaForCausalLM module, ITensorSource source, long stored, long added)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (name, parameter) in module.named_parameters())
        {
            if (!IsTable(name))
                continue;
            source.CopyTo(name, parameter.narrow(0, 0, stored));
            parameter.narrow(0, stored, added).normal_(0, 0.02);
        }
    }
}
