using Microsoft.ML.Avsr.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>
/// AV-HuBERT's tensors of pre-training (specification 4.5): no forward pass reads them, but the reference's strict loader wants them in a
/// file. They are kept as numbers outside the module, so that they are neither trained nor counted nor moved to a device.
/// </summary>
internal sealed class PretrainingTensors
{
    // AV-HuBERT's last iteration: 2000 clusters and the four special symbols of fairseq's dictionary, in 256 dimensions.
    private const int Classes = 2004;
    private const int FinalWidth = 256;

    private readonly Dictionary<string, (long[] Shape, float[]? Values)> _tensors = new(StringComparer.Ordinal);

    private PretrainingTensors(VisualEncoderConfig config)
    {
        _tensors["mask_emb"] = ([config.AudioFeatures], null);
        _tensors["label_embs_concat"] = ([Classes, FinalWidth], null);
        _tensors["final_proj.weight"] = ([FinalWidth, config.Width], null);
        _tensors["final_proj.bias"] = ([FinalWidth], null);
    }

    /// <summary>Whether a tensor is one of these.</summary>
    /// <param name="name">Its name within AV-HuBERT.</param>
    public static bool Has(string name) =>
        name is "mask_emb" or "label_embs_concat" || name.StartsWith("final_proj.", StringComparison.Ordinal);

    /// <summary>Zeros of the released model's shapes, for an encoder that came from no file.</summary>
    public static PretrainingTensors OfShape(VisualEncoderConfig config) => new(config);

    /// <summary>Those of a file, whatever their shapes; zeros where it has none.</summary>
    /// <param name="encoder">AV-HuBERT's tensors under fairseq's names.</param>
    /// <param name="config">The encoder's shape.</param>
    public static PretrainingTensors Read(ITensorSource encoder, VisualEncoderConfig config)
    {
        var kept = new PretrainingTensors(config);
        foreach (var entry in encoder.Entries.Values.Where(e => Has(e.Name)))
        {
            using var values = encoder.Read(entry.Name, ScalarType.Float32); // the file's shape
            kept._tensors[entry.Name] = (entry.Shape, values.data<float>().ToArray());
        }
        return kept;
    }

    /// <summary>The tensors by name, owned by the caller's dispose scope.</summary>
    /// <param name="dtype">Element type.</param>
    public IEnumerable<(string Name, Tensor Value)> ToTensors(ScalarType dtype)
    {
        foreach (var (name, (shape, values)) in _tensors)
            yield return (name, values is null ? zeros(shape, dtype: dtype) : tensor(values, dtype: dtype).reshape(shape));
    }
}
