using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>
/// A whole trained model of the Llama-AVSR and Llama-SMoP family: a published <c>.pth</c>, a Lightning <c>.ckpt</c>, or the same names in
/// safetensors. Each part is a source of its own under the names of its module.
/// </summary>
public sealed class LlamaAvsrCheckpoint : IDisposable
{
    private static readonly string[] s_parts = ["audio_encoder", "video_encoder", "audiovisual_encoder", "audio_proj", "video_proj", "audiovisual_proj", "llm"];

    private LlamaAvsrCheckpoint(ITensorSource weights) => Weights = weights;

    /// <summary>Path of the file or folder.</summary>
    public string Location => Weights.Location;

    /// <summary>All tensors under the published names: <c>audio_encoder.*</c>, <c>video_proj.*</c>, <c>llm.*</c>, ...</summary>
    public ITensorSource Weights { get; }

    /// <summary>The Whisper encoder with Hugging Face's names; null where the file has none.</summary>
    public ITensorSource? AudioEncoder => Part("audio_encoder.");

    /// <summary>AV-HuBERT for video with fairseq's names; null where the file has none.</summary>
    public ITensorSource? VideoEncoder => Part("video_encoder.");

    /// <summary>AV-HuBERT for both streams with fairseq's names; null where the file has none.</summary>
    public ITensorSource? AudiovisualEncoder => Part("audiovisual_encoder.");

    /// <summary>The audio projector: <c>0.weight</c>, <c>2.weight</c>, or a mixture's <c>gate</c> and <c>experts</c>; null where the file has none.</summary>
    public ITensorSource? AudioProjector => Part("audio_proj.");

    /// <summary>The video projector; null where the file has none.</summary>
    public ITensorSource? VideoProjector => Part("video_proj.");

    /// <summary>The joint projector or joint mixture; null where the file has none.</summary>
    public ITensorSource? AudiovisualProjector => Part("audiovisual_proj.");

    /// <summary>The language model with Hugging Face's names and the reference's LoRA names; null where the file has none.</summary>
    public ITensorSource? LanguageModel => Part("llm.");

    /// <summary>Opens a file.</summary>
    /// <param name="path">A <c>.pth</c>, <c>.ckpt</c>, <c>.pt</c> or <c>.safetensors</c> file.</param>
    /// <returns>The checkpoint; tensors are read on demand.</returns>
    /// <exception cref="CheckpointException">Not a model of this family, or a file that breaks a rule.</exception>
    public static LlamaAvsrCheckpoint Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var source = HuggingFaceFolder.OpenWeights(path);
        try
        {
            return new LlamaAvsrCheckpoint(Published(source)
                ?? throw new CheckpointException(path, null, "not a Llama-AVSR or Llama-SMoP model: it has no projector (audio_proj.*, video_proj.* or audiovisual_proj.*) with a language model (llm.*)"));
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>Writes a model in the published layout: one flat dictionary with the part's name in front of every tensor.</summary>
    /// <param name="path">A <c>.safetensors</c> file, or any other name for a PyTorch file that <c>torch.load</c> reads.</param>
    /// <param name="parts">State dictionaries by part: <c>audio_encoder</c>, <c>video_encoder</c>, <c>audiovisual_encoder</c>, <c>audio_proj</c>, <c>video_proj</c>, <c>audiovisual_proj</c>, <c>llm</c>.</param>
    /// <exception cref="ArgumentException">A part of another name.</exception>
    public static void Write(string path, IReadOnlyDictionary<string, IReadOnlyDictionary<string, Tensor>> parts)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(parts);
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var (part, state) in parts)
        {
            if (!s_parts.Contains(part))
                throw new ArgumentException($"'{part}' is not a part of the published layout; {string.Join(", ", s_parts)} are.", nameof(parts));
            foreach (var (name, tensor) in state)
                tensors.Add($"{part}.{name}", tensor);
        }
        if (path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase))
            SafetensorsWriter.Write(path, tensors);
        else
            TorchZipWriter.Write(path, tensors);
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => Weights.Dispose();

    /// <summary>The source under published names, or null when it is no such model.</summary>
    internal static ITensorSource? Published(ITensorSource source)
    {
        if (IsModel(source.Entries.Keys))
            return source;
        var names = source.Entries.Keys.Select(CheckpointNames.LightningModel).OfType<string>();
        return IsModel(names) ? source.Rename(CheckpointNames.LightningModel) : null;
    }

    private static bool IsModel(IEnumerable<string> names)
    {
        bool projector = false, llm = false;
        foreach (var name in names)
        {
            projector |= name.StartsWith("audio_proj.", StringComparison.Ordinal) || name.StartsWith("video_proj.", StringComparison.Ordinal)
                || name.StartsWith("audiovisual_proj.", StringComparison.Ordinal);
            llm |= name.StartsWith("llm.", StringComparison.Ordinal);
        }
        return projector && llm;
    }

    private ITensorSource? Part(string prefix) =>
        Weights.Entries.Keys.Any(name => name.StartsWith(prefix, StringComparison.Ordinal)) ? Weights.Below(prefix, leaveOpen: true) : null;
}
