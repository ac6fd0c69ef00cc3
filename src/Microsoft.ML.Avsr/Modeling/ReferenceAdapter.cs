using System.Globalization;
using Microsoft.ML.Avsr.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>
/// Loads and saves low-rank adapters in the reference's form (specification 6.6 and 16.2): queries and values only, names such as
/// <c>llm.model.layers.0.self_attn.lora_down_Q.weight</c>, a bottleneck of round(width / reduction), and the factor alpha / reduction.
/// </summary>
/// <remarks>
/// A file may hold the adapters alone or be a whole checkpoint: only adapters are read from it. The reference writes neither reduction nor
/// alpha into its files. The reduction follows from the shapes; alpha has to be known. A <c>.safetensors</c> file saved here says both.
/// </remarks>
public static class ReferenceAdapter
{
    private const double PublishedScale = 0.125;
    private const string Reduction = "reduction";
    private const string Alpha = "alpha";
    private static readonly string[] s_llmPrefixes = ["llm.", "model.llm.", ""];
    private static readonly string[] s_encoderPrefixes =
        [.. new[] { "video_encoder.", "audio_encoder.", "audiovisual_encoder." }.SelectMany(part => new[] { part, "model." + part }), ""];

    /// <summary>The configuration that a language model must be made with before <see cref="Load(LlamaForCausalLM, ITensorSource)"/>.</summary>
    /// <param name="weights">The adapters' tensors.</param>
    /// <param name="width">Width of the language model.</param>
    /// <param name="alpha">The reference's alpha: 8 for 7B and 8B models, 4 for 1B and 3B. Null is the file's own, else reduction / 8, as in every published recipe.</param>
    /// <returns>Reduction and scale.</returns>
    /// <exception cref="CheckpointException">There are no adapters, or no reduction gives their bottleneck.</exception>
    public static LoraConfig ConfigOf(ITensorSource weights, int width, double? alpha = null)
    {
        ArgumentNullException.ThrowIfNull(weights);
        var reduction = ReductionOf(weights, s_llmPrefixes, "model.layers.", width);
        return LoraConfig.OfReference(reduction, alpha ?? Stored(weights, Alpha) ?? PublishedScale * reduction);
    }

    /// <summary>The configuration that an AV-HuBERT must be made with before <see cref="Load(AvHubertEncoder, ITensorSource)"/>.</summary>
    /// <param name="weights">The adapters' tensors.</param>
    /// <param name="width">Width of the encoder.</param>
    /// <returns>Reduction, and the reference's constant scale of 2 unless the file says another.</returns>
    /// <exception cref="CheckpointException">There are no adapters, or no reduction gives their bottleneck.</exception>
    public static LoraConfig ConfigOfAvHubert(ITensorSource weights, int width)
    {
        ArgumentNullException.ThrowIfNull(weights);
        var reduction = ReductionOf(weights, s_encoderPrefixes, "encoder.layers.", width);
        var scale = Stored(weights, Alpha) is { } alpha ? alpha / reduction : LoraConfig.AvHubertReference.Scale;
        return LoraConfig.AvHubertReference with { Reduction = reduction, Scale = scale };
    }

    /// <summary>Loads adapters into a language model that was made with their configuration.</summary>
    /// <param name="model">The model.</param>
    /// <param name="weights">The adapters' tensors; those of anything else are left alone.</param>
    /// <exception cref="CheckpointException">Adapters are missing, left over, or of another shape; they are listed by name.</exception>
    /// <exception cref="InvalidOperationException">The model's adapters are merged.</exception>
    public static void Load(LlamaForCausalLM model, ITensorSource weights)
    {
        ArgumentNullException.ThrowIfNull(model);
        RequireUnmerged(model.AdaptersMerged);
        Load(model, weights, s_llmPrefixes, "model.layers.");
    }

    /// <summary>Loads adapters into an AV-HuBERT that was made with their configuration.</summary>
    /// <param name="encoder">The encoder.</param>
    /// <param name="weights">The adapters' tensors; those of anything else are left alone.</param>
    /// <exception cref="CheckpointException">Adapters are missing, left over, or of another shape; they are listed by name.</exception>
    /// <exception cref="InvalidOperationException">The encoder's adapters are merged.</exception>
    public static void Load(AvHubertEncoder encoder, ITensorSource weights)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        RequireUnmerged(encoder.AdaptersMerged);
        Load(encoder, weights, s_encoderPrefixes, "encoder.layers.");
    }

    /// <summary>Saves a language model's adapters alone, under the names they have in a published file.</summary>
    /// <param name="model">The model.</param>
    /// <param name="path">A <c>.safetensors</c> file, or any other name for a PyTorch file that <c>torch.load</c> reads.</param>
    /// <exception cref="InvalidOperationException">There are no adapters, they are merged, or they are not of the reference's form.</exception>
    public static void Save(LlamaForCausalLM model, string path)
    {
        ArgumentNullException.ThrowIfNull(model);
        RequireUnmerged(model.AdaptersMerged);
        Save(model, model.Lora, model.Config.Width, "llm.", path);
    }

    /// <summary>Saves an AV-HuBERT's adapters alone, under the names they have in a published file.</summary>
    /// <param name="encoder">The encoder.</param>
    /// <param name="path">A <c>.safetensors</c> file, or any other name for a PyTorch file that <c>torch.load</c> reads.</param>
    /// <param name="streams">Which streams the encoder takes: they decide the part's published name.</param>
    /// <exception cref="InvalidOperationException">There are no adapters, they are merged, or they are not of the reference's form.</exception>
    public static void Save(AvHubertEncoder encoder, string path, AvHubertStreams streams = AvHubertStreams.Video)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        RequireUnmerged(encoder.AdaptersMerged);
        Save(encoder, encoder.Lora, encoder.Config.Width, PublishedLayout.VisualPart(streams), path);
    }

    internal static void RequireUnmerged(bool merged)
    {
        if (merged)
            throw new InvalidOperationException("The adapters are merged into the weights; call UnmergeAdapters first.");
    }

    private static void Load(Module module, ITensorSource weights, string[] prefixes, string layers)
    {
        ArgumentNullException.ThrowIfNull(weights);
        using var adapters = Adapters(weights, prefixes, layers);
        StateDictionaryLoader.Load(module, adapters, key => IsAdapter(key) ? key : null);
    }

    private static void Save(Module module, LoraConfig? lora, int width, string part, string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (lora is null)
            throw new InvalidOperationException("The model has no low-rank adapters to save.");
        if (lora.Targets != LoraTargets.QueryValue)
            throw new InvalidOperationException($"The adapters are on {lora.Targets}; the reference's form has queries and values. Use {nameof(LoraAdapter)} for PEFT's form.");
        var reduction = lora.Reduction ?? FindReduction(width, lora.RankFor(width))
            ?? throw new InvalidOperationException($"Rank {lora.RankFor(width)} is round({width} / reduction) of no reduction, so the reference's form cannot say it. Use {nameof(LoraAdapter)} for PEFT's form.");
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var tensors = module.state_dict().Where(entry => IsAdapter(entry.Key)).ToDictionary(entry => part + entry.Key, entry => entry.Value.detach(), StringComparer.Ordinal);
        if (path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase))
        {
            SafetensorsWriter.Write(path, tensors, new Dictionary<string, string>
            {
                [Reduction] = reduction.ToString(CultureInfo.InvariantCulture), [Alpha] = (lora.Scale * reduction).ToString(CultureInfo.InvariantCulture),
            });
        }
        else
        {
            TorchZipWriter.Write(path, tensors);
        }
    }

    /// <summary>The adapters of one part under its module's names. Names of another form are kept, so that loading lists them as left over.</summary>
    private static ITensorSource Adapters(ITensorSource weights, string[] prefixes, string layers)
    {
        var prefix = prefixes.FirstOrDefault(p => weights.Entries.Keys.Any(name => IsAdapter(name) && name.StartsWith(p + layers, StringComparison.Ordinal)))
            ?? throw new CheckpointException(weights.Location, $"{prefixes[0]}{layers}0.self_attn.lora_down_Q.weight", "the file has no adapters of this part");
        return weights.Rename(name => IsAdapter(name) && name.StartsWith(prefix + layers, StringComparison.Ordinal) ? name[prefix.Length..] : null, leaveOpen: true);
    }

    private static int ReductionOf(ITensorSource weights, string[] prefixes, string layers, int width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        using var adapters = Adapters(weights, prefixes, layers);
        var first = adapters.Entries.Values.FirstOrDefault(entry => entry.Name.EndsWith(".lora_down_Q.weight", StringComparison.Ordinal));
        if (first.Name is null)
            throw new CheckpointException(weights.Location, adapters.Entries.Keys.First(), "the adapters are of another form; '...self_attn.lora_down_Q.weight' is needed");
        if (first.Shape is not [var rank, var inputs] || inputs != width || rank is < 1 or > int.MaxValue)
            throw new CheckpointException(weights.Location, first.Name, $"its shape is [{string.Join(", ", first.Shape)}]; [bottleneck, {width}] was expected");
        var stored = (int?)Stored(weights, Reduction);
        if (stored is { } said && said >= 1 && Bottleneck(width, said) == rank)
            return said;
        return FindReduction(width, (int)rank)
            ?? throw new CheckpointException(weights.Location, first.Name, $"no reduction makes a bottleneck of {rank} out of {width}");
    }

    /// <summary>The reduction whose bottleneck this is; where several are, the nearest to width / rank.</summary>
    private static int? FindReduction(int width, int rank)
    {
        var near = (int)Math.Round((double)width / rank);
        foreach (var reduction in new[] { near, near - 1, near + 1 })
        {
            if (reduction >= 1 && Bottleneck(width, reduction) == rank)
                return reduction;
        }
        return null;
    }

    private static int Bottleneck(int width, int reduction) => (int)Math.Round((double)width / reduction);

    private static double? Stored(ITensorSource weights, string key) =>
        weights is SafetensorsReader reader && reader.Metadata.TryGetValue(key, out var text)
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value is > 0 and < 1e6 ? value : null;

    private static bool IsAdapter(string name) => name.Contains(".lora_down_", StringComparison.Ordinal) || name.Contains(".lora_up_", StringComparison.Ordinal);
}
