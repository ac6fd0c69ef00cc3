namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>
/// A whole trained model of the Llama-AVSR and Llama-SMoP family: a published <c>.pth</c>, a Lightning <c>.ckpt</c>, or the same names in
/// safetensors. Each part is a source of its own under the names of its module.
/// </summary>
public sealed class LlamaAvsrCheckpoint : IDisposable
{
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
