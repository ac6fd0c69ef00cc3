using Microsoft.ML.Avsr.Checkpoints;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>Makes AV-HuBERT encoders with published weights (specification 4.5).</summary>
public static class AvHubertFactory
{
    private const string StemKey = "feature_extractor_video.resnet.frontend3D.0.weight";
    private static readonly string[] s_prefixes =
        ["", "model.", "video_encoder.", "audiovisual_encoder.", "encoder.w2v_model.", "model.encoder.w2v_model."];

    /// <summary>Loads the encoder of a file, in evaluation mode.</summary>
    /// <param name="path">A fairseq <c>.pt</c>, or its tensors as <c>.safetensors</c>.</param>
    /// <param name="lora">Low-rank adapters to add; null is none.</param>
    /// <exception cref="CheckpointException">The file breaks a rule of its format, or its tensors are not those of an AV-HuBERT encoder.</exception>
    public static AvHubertEncoder FromFile(string path, LoraConfig? lora = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase))
        {
            using var reader = new SafetensorsReader(path);
            return FromWeights(reader, lora: lora);
        }
        using var checkpoint = AvHubertCheckpoint.Open(path);
        return FromCheckpoint(checkpoint, lora);
    }

    /// <summary>Loads the encoder of an opened fairseq file, in evaluation mode.</summary>
    /// <param name="checkpoint">The file, pre-trained or fine-tuned.</param>
    /// <param name="lora">Low-rank adapters to add; null is none.</param>
    /// <param name="construction">Device and precision; null is float32 on the CPU.</param>
    /// <exception cref="CheckpointException">The tensors are not those of an AV-HuBERT encoder.</exception>
    public static AvHubertEncoder FromCheckpoint(AvHubertCheckpoint checkpoint, LoraConfig? lora = null, ModuleConstruction? construction = null)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        int? heads = ConfigJson.Find(checkpoint.Config, "encoder_attention_heads", out _) ? ConfigJson.Integer(checkpoint.Config, "encoder_attention_heads") : null;
        return FromWeights(checkpoint.Weights, heads, ConfigJson.Flag(checkpoint.Config, "layer_norm_first", true), lora, construction);
    }

    /// <summary>Loads an encoder, in evaluation mode; its shape is read from the tensors.</summary>
    /// <param name="weights">Tensors under fairseq's names, pre-trained or fine-tuned; they stay open.</param>
    /// <param name="heads">Attention heads, which no tensor shows; null is one per 64 of width, as in all released models.</param>
    /// <param name="normFirst">Norm order, which no tensor shows; true in all released models.</param>
    /// <param name="lora">Low-rank adapters to add; they are loaded where the file has them.</param>
    /// <param name="construction">Device and precision; null is float32 on the CPU.</param>
    /// <exception cref="CheckpointException">The tensors are not those of an AV-HuBERT encoder.</exception>
    public static AvHubertEncoder FromWeights(
        ITensorSource weights, int? heads = null, bool normFirst = true, LoraConfig? lora = null, ModuleConstruction? construction = null)
    {
        ArgumentNullException.ThrowIfNull(weights);
        using var encoder = FindEncoder(weights);
        var config = ReadConfig(encoder, heads, normFirst);
        var module = new AvHubertEncoder(config, lora, (construction ?? ModuleConstruction.Default) with { Initialize = false });
        StateDictionaryLoader.Load(module, encoder, key => IsOptional(key, encoder) ? null : key);
        module.eval();
        return module;
    }

    /// <summary>Reads the encoder's shape from its tensors.</summary>
    internal static VisualEncoderConfig ReadConfig(ITensorSource encoder, int? heads, bool normFirst)
    {
        var stem = encoder.Find(StemKey).Shape;
        var width = Size(encoder, "feature_extractor_video.proj.weight", 0);
        var stages = new int[4];
        for (var i = 0; i < 4; i++)
            stages[i] = Size(encoder, $"feature_extractor_video.resnet.trunk.layer{i + 1}.0.conv1.weight", 0);
        var joint = Size(encoder, "layer_norm.weight", 0);
        var layers = Count(encoder, i => $"encoder.layers.{i}.fc1.weight");
        if (layers == 0)
            throw new CheckpointException(encoder.Location, "encoder.layers.0.fc1.weight", "the encoder has no layers");
        return new VisualEncoderConfig
        {
            StemChannels = (int)stem[0],
            StemKernel = ((int)stem[2], (int)stem[3]),
            StageChannels = stages,
            BlocksPerStage = Count(encoder, i => $"feature_extractor_video.resnet.trunk.layer1.{i}.conv1.weight"),
            LearnedSlope = encoder.Entries.ContainsKey("feature_extractor_video.resnet.frontend3D.2.weight"),
            Width = width,
            Layers = layers,
            Heads = heads ?? width / 64,
            FeedForward = Size(encoder, "encoder.layers.0.fc1.weight", 0),
            Fusion = joint == 2 * width ? ModalityFusion.Concatenate : ModalityFusion.Add,
            AudioFeatures = Size(encoder, "feature_extractor_audio.proj.weight", 1),
            NormFirst = normFirst,
            PositionKernel = Size(encoder, "encoder.pos_conv.0.weight_g", 2),
            PositionGroups = width / Size(encoder, "encoder.pos_conv.0.weight_v", 1),
            LayerDrop = 0.05,
        }.Validated();
    }

    private static ITensorSource FindEncoder(ITensorSource weights)
    {
        foreach (var prefix in s_prefixes)
        {
            if (weights.Entries.ContainsKey(prefix + StemKey))
                return weights.Below(prefix, leaveOpen: true).Rename(name => PretrainingTensors.Has(name) ? null : name);
        }
        throw new CheckpointException(weights.Location, StemKey, "the file holds no AV-HuBERT encoder: no such tensor, bare or below a known prefix");
    }

    private static bool IsOptional(string key, ITensorSource encoder) =>
        key.Contains(".lora_", StringComparison.Ordinal) && !encoder.Entries.ContainsKey(key);

    private static int Size(ITensorSource source, string name, int axis)
    {
        var shape = source.Find(name).Shape;
        return axis < shape.Length
            ? checked((int)shape[axis])
            : throw new CheckpointException(source.Location, name, $"the tensor has {shape.Length} axes; at least {axis + 1} were expected");
    }

    private static int Count(ITensorSource source, Func<int, string> name)
    {
        var count = 0;
        while (source.Entries.ContainsKey(name(count)))
            count++;
        return count;
    }
}
