using System.Text.Json;

namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>
/// A fairseq AV-HuBERT file (<c>.pt</c>, zip or legacy container), pre-trained or fine-tuned. The classes of fairseq inside it
/// (dictionaries, configurations) are inert data. Meta's AV-HuBERT licence allows non-commercial research use only.
/// </summary>
public sealed class AvHubertCheckpoint : IDisposable
{
    private readonly TorchPickleReader _reader;

    private AvHubertCheckpoint(TorchPickleReader reader, ITensorSource weights, JsonElement config, bool fineTuned)
    {
        _reader = reader;
        Weights = weights;
        Config = config;
        IsFineTuned = fineTuned;
    }

    /// <summary>Path of the file.</summary>
    public string Location => _reader.Location;

    /// <summary>True for a sequence-to-sequence fine-tuned file, whose encoder lies under <c>encoder.w2v_model.</c>.</summary>
    public bool IsFineTuned { get; }

    /// <summary>
    /// The model's part of the configuration with fairseq's names (<c>encoder_layers</c>, <c>encoder_embed_dim</c>, <c>layer_norm_first</c>, ...).
    /// Widths and layer counts that the file does not name are taken from its tensors.
    /// </summary>
    public JsonElement Config { get; }

    /// <summary>The encoder's tensors under fairseq's names: <c>feature_extractor_video.*</c>, <c>encoder.layers.0.*</c>, ...</summary>
    public ITensorSource Weights { get; }

    /// <summary>Opens a file.</summary>
    /// <param name="path">The <c>.pt</c> file.</param>
    /// <param name="options">Limits; null for the defaults.</param>
    /// <returns>The checkpoint; tensors are read on demand.</returns>
    /// <exception cref="CheckpointException">Not an AV-HuBERT model, or a file that breaks a rule.</exception>
    public static AvHubertCheckpoint Open(string path, TorchPickleOptions? options = null)
    {
        var reader = new TorchPickleReader(path, options);
        try
        {
            var fineTuned = reader.Entries.Keys.Any(name => name.StartsWith("encoder.w2v_model.", StringComparison.Ordinal));
            var weights = reader.Rename(name => CheckpointNames.FairseqAvHubert(name, fineTuned));
            if (!weights.Entries.ContainsKey("feature_extractor_video.proj.weight") && !weights.Entries.ContainsKey("feature_extractor_audio.proj.weight"))
                throw new CheckpointException(path, "feature_extractor_video.proj.weight", "no AV-HuBERT encoder was found in the file");
            return new AvHubertCheckpoint(reader, weights, ReadConfig(reader.Root, weights), fineTuned);
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        Weights.Dispose();
        _reader.Dispose();
    }

    private static JsonElement ReadConfig(PickleValue root, ITensorSource weights)
    {
        var model = root["cfg"]?["model"] ?? root["args"];
        // A fine-tuned file carries the configuration of the model that it started from.
        if (model?["w2v_args"]?["model"] is { } pretrained)
            model = pretrained;
        var values = new Dictionary<string, object?>(StringComparer.Ordinal);
        if (model is { Kind: PickleKind.Dictionary or PickleKind.Object })
        {
            var json = PickleJson.From(model);
            if (json.ValueKind == JsonValueKind.Object)
            {
                foreach (var property in json.EnumerateObject())
                    values[property.Name] = property.Value;
            }
        }
        void Infer(string name, Func<long?> value)
        {
            if (!values.TryGetValue(name, out var known) || known is null or JsonElement { ValueKind: JsonValueKind.Null })
            {
                if (value() is { } inferred)
                    values[name] = inferred;
            }
        }
        long? Size(string name, int dimension) => weights.Entries.TryGetValue(name, out var entry) && entry.Shape.Length > dimension ? entry.Shape[dimension] : null;
        Infer("encoder_embed_dim", () => Size("encoder.layer_norm.weight", 0));
        Infer("encoder_ffn_embed_dim", () => Size("encoder.layers.0.fc1.weight", 0));
        Infer("encoder_layers", () => LayerCounter.Count(weights.Entries.Keys, "encoder.layers."));
        Infer("audio_feat_dim", () => Size("feature_extractor_audio.proj.weight", 1));
        Infer("conv_pos", () => Size("encoder.pos_conv.0.weight_v", 2));
        return JsonSerializer.SerializeToElement(values);
    }
}

/// <summary>Counts numbered layers in tensor names.</summary>
internal static class LayerCounter
{
    /// <summary>One more than the largest number that follows the prefix; zero where there is none.</summary>
    public static int Count(IEnumerable<string> names, string prefix)
    {
        var count = 0;
        foreach (var name in names)
        {
            if (!name.StartsWith(prefix, StringComparison.Ordinal))
                continue;
            var digits = name.AsSpan(prefix.Length);
            var dot = digits.IndexOf('.');
            if (dot > 0 && int.TryParse(digits[..dot], System.Globalization.NumberStyles.None, null, out var number) && number < 100_000)
                count = Math.Max(count, number + 1);
        }
        return count;
    }
}
