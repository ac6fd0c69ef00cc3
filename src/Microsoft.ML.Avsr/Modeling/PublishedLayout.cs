using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.ML.Avsr.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>Loads and saves whole models in the layout of the published Llama-AVSR and Llama-SMoP files (specification 16.2).</summary>
public static class PublishedLayout
{
    private const string OurVisual = "video_encoder.";
    private const string OurProjector = "projector.";

    /// <summary>The published name of one of a model's tensors.</summary>
    /// <param name="config">The model's architecture, which decides how AV-HuBERT and its projector are called.</param>
    /// <param name="key">A key of the model's state dictionary.</param>
    /// <returns>The name, or <see langword="null"/> where the published layout has no such tensor (CTC heads, input norms, adapters to a common width).</returns>
    public static string? NameOf(AvsrModelConfig config, string key)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(key);
        if (key.StartsWith(OurVisual, StringComparison.Ordinal))
            return VisualPart(config.AvHubertStreams) + key[OurVisual.Length..];
        if (key.StartsWith("audio_encoder.", StringComparison.Ordinal) || key.StartsWith("llm.", StringComparison.Ordinal))
            return key;
        if (!key.StartsWith(OurProjector, StringComparison.Ordinal))
            return null;
        var name = key[OurProjector.Length..];
        if (!name.StartsWith("audio", StringComparison.Ordinal) && !name.StartsWith("video_proj.", StringComparison.Ordinal))
            return null;
        return config.AvHubertStreams == AvHubertStreams.Joint && name.StartsWith("video_proj.", StringComparison.Ordinal)
            ? "audiovisual_proj." + name["video_proj.".Length..]
            : name;
    }

    /// <summary>Makes a model from a published file whose architecture is read from it, in evaluation mode.</summary>
    /// <param name="path">A <c>.pth</c>, <c>.ckpt</c> or <c>.safetensors</c> file.</param>
    /// <param name="tokenizer">The language model's tokenizer with the five added tokens.</param>
    /// <param name="options">What the file does not say; null for the released models' values.</param>
    /// <param name="construction">Device and precision; null is float32 on the CPU.</param>
    /// <returns>The model, every tensor from the file.</returns>
    /// <exception cref="CheckpointException">Not a model of this family, or one of an unknown shape.</exception>
    public static AvsrModel Open(string path, SpeechTokenizer tokenizer, PublishedOptions? options = null, ModuleConstruction? construction = null)
    {
        using var checkpoint = LlamaAvsrCheckpoint.Open(path);
        return Load(checkpoint.Weights, PublishedArchitecture.Read(checkpoint.Weights, options), tokenizer, construction);
    }

    /// <summary>Makes a model from a published file, in evaluation mode.</summary>
    /// <param name="checkpoint">The opened file; it stays open.</param>
    /// <param name="config">The architecture. Rates, K and the adapters' scale are not in the file (specification 16.2).</param>
    /// <param name="tokenizer">The language model's tokenizer with the five added tokens.</param>
    /// <param name="construction">Device and precision; null is float32 on the CPU.</param>
    /// <returns>The model, every tensor from the file.</returns>
    /// <exception cref="CheckpointException">Tensors are missing, left over, or of another shape; they are listed by name.</exception>
    public static AvsrModel Load(LlamaAvsrCheckpoint checkpoint, AvsrModelConfig config, SpeechTokenizer tokenizer, ModuleConstruction? construction = null)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        return Load(checkpoint.Weights, config, tokenizer, construction);
    }

    /// <summary>Makes a model from tensors with published names, in evaluation mode.</summary>
    /// <inheritdoc cref="Load(LlamaAvsrCheckpoint, AvsrModelConfig, SpeechTokenizer, ModuleConstruction?)"/>
    /// <param name="weights">The tensors; they stay open.</param>
    /// <param name="config">The architecture.</param>
    /// <param name="tokenizer">The language model's tokenizer with the five added tokens.</param>
    /// <param name="construction">Device and precision; null is float32 on the CPU.</param>
    public static AvsrModel Load(ITensorSource weights, AvsrModelConfig config, SpeechTokenizer tokenizer, ModuleConstruction? construction = null)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(config);
        var model = new AvsrModel(config, tokenizer, null, (construction ?? ModuleConstruction.Default) with { Initialize = false });
        try
        {
            using var read = weights.Rename(name => IsUnread(config, name) ? null : name, leaveOpen: true);
            StateDictionaryLoader.Load(model, read, key => NameOf(config, key));
            if (model.VisualEncoder is { } visual)
            {
                using var encoder = weights.Below(VisualPart(config.AvHubertStreams), leaveOpen: true);
                model.Pretraining = PretrainingTensors.Read(encoder, visual.Config);
            }
        }
        catch
        {
            model.Dispose();
            throw;
        }
        model.eval();
        return model;
    }

    /// <summary>Saves a model in the published layout, complete for the reference's strict loader.</summary>
    /// <remarks>
    /// The layout has four tensors of AV-HuBERT's pre-training that no forward pass reads: <c>mask_emb</c>, <c>label_embs_concat</c> and
    /// <c>final_proj</c>. A model that was loaded here keeps those of its file. Any other gets zeros of the released AV-HuBERT's shapes,
    /// [104], [2004, 256], [256, width] and [256]; a reference set up with another AV-HuBERT file may want another first number than 2004.
    /// CTC heads and other parts that the reference does not have are left out.
    /// </remarks>
    /// <param name="path">A <c>.safetensors</c> file, or any other name for a PyTorch file that <c>torch.load</c> reads.</param>
    /// <param name="model">The model.</param>
    /// <exception cref="InvalidOperationException">The model's adapters are merged.</exception>
    public static void Save(string path, AvsrModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        model.RequireUnmerged();
        using var scope = NewDisposeScope();
        var parts = new Dictionary<string, IReadOnlyDictionary<string, Tensor>>(StringComparer.Ordinal);
        foreach (var group in model.state_dict()
            .Select(entry => (Name: NameOf(model.Config, entry.Key), entry.Value)).Where(entry => entry.Name is not null)
            .GroupBy(entry => entry.Name![..entry.Name!.IndexOf('.')]))
        {
            var state = group.ToDictionary(entry => entry.Name![(group.Key.Length + 1)..], entry => entry.Value.detach());
            // The published files hold a tied output map under its own name, too.
            if (group.Key == "llm" && state.TryGetValue("model.embed_tokens.weight", out var table))
                state.TryAdd("lm_head.weight", table);
            if (group.Key + "." == VisualPart(model.Config.AvHubertStreams) && model.VisualEncoder is { } visual && visual.Config.Fusion != ModalityFusion.None)
            {
                var dtype = state["feature_extractor_video.proj.weight"].dtype;
                foreach (var (name, value) in (model.Pretraining ?? PretrainingTensors.OfShape(visual.Config)).ToTensors(dtype))
                    state.Add(name, value);
            }
            parts.Add(group.Key, state);
        }
        LlamaAvsrCheckpoint.Write(path, parts);
    }

    /// <summary>Tensors of AV-HuBERT's pre-training that no forward pass reads.</summary>
    internal static bool IsPretrainingOnly(string name)
    {
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && name[..dot].EndsWith("_encoder", StringComparison.Ordinal) && PretrainingTensors.Has(name[(dot + 1)..]);
    }

    /// <summary>The published name of the part that is AV-HuBERT.</summary>
    internal static string VisualPart(AvHubertStreams streams) => streams switch
    {
        AvHubertStreams.Video => OurVisual,
        AvHubertStreams.Audio => "audio_encoder.",
        _ => "audiovisual_encoder.",
    };

    /// <summary>Tensors that a model does not load: pre-training parts, rotary tables, and a tied output map stored twice.</summary>
    private static bool IsUnread(AvsrModelConfig config, string name) =>
        IsPretrainingOnly(name)
        || name.EndsWith("rotary_emb.inv_freq", StringComparison.Ordinal)
        || (config.LanguageModel.TieEmbeddings && name == "llm.lm_head.weight");
}
