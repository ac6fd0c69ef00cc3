namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>
/// Turns the names that published files use into the names of this library's modules, which are Hugging Face's for Whisper and Llama
/// and fairseq's for AV-HuBERT. Each function returns null for tensors that belong to something else.
/// </summary>
public static class CheckpointNames
{
    /// <summary>A tensor of OpenAI's Whisper file as the Hugging Face encoder names it, for example <c>layers.0.fc1.weight</c>.</summary>
    /// <param name="name">Name in the file, for example <c>encoder.blocks.0.mlp.0.weight</c>.</param>
    /// <returns>The encoder's name; null for the decoder.</returns>
    public static string? OpenAiWhisperEncoder(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        const string prefix = "encoder.";
        if (!name.StartsWith(prefix, StringComparison.Ordinal))
            return null;
        var rest = name[prefix.Length..];
        if (rest == "positional_embedding")
            return "embed_positions.weight";
        if (rest.StartsWith("ln_post.", StringComparison.Ordinal))
            return "layer_norm." + rest["ln_post.".Length..];
        if (!rest.StartsWith("blocks.", StringComparison.Ordinal))
            return rest;
        var dot = rest.IndexOf('.', "blocks.".Length);
        if (dot < 0)
            return rest;
        var layer = rest["blocks.".Length..dot];
        var part = rest[(dot + 1)..];
        foreach (var (from, to) in s_openAiBlock)
        {
            if (part.StartsWith(from, StringComparison.Ordinal))
                return $"layers.{layer}.{to}{part[from.Length..]}";
        }
        return $"layers.{layer}.{part}";
    }

    /// <summary>A tensor of a Hugging Face Whisper model as its encoder names it.</summary>
    /// <param name="name">Name in the file, with <c>model.encoder.</c> or <c>encoder.</c> in front.</param>
    /// <returns>The encoder's name; null for the decoder and the output layer.</returns>
    public static string? HuggingFaceWhisperEncoder(string name) => After(name, "model.encoder.") ?? After(name, "encoder.");

    /// <summary>A tensor of a fairseq AV-HuBERT file, pre-trained or fine-tuned, as the pre-trained model names it.</summary>
    /// <param name="name">Name in the file; a fine-tuned file has <c>encoder.w2v_model.</c> in front of the encoder's tensors.</param>
    /// <param name="fineTuned">Whether the file is a fine-tuned one, whose other tensors (its decoder) are left out.</param>
    /// <returns>The encoder's name; null for a fine-tuned file's decoder.</returns>
    public static string? FairseqAvHubert(string name, bool fineTuned)
    {
        ArgumentNullException.ThrowIfNull(name);
        return fineTuned ? After(name, "encoder.w2v_model.") : name;
    }

    /// <summary>A tensor of a Lightning checkpoint of Llama-AVSR or Llama-SMoP as the published <c>.pth</c> files name it.</summary>
    /// <param name="name">Name in the file, with <c>model.</c> in front.</param>
    /// <returns>The name without it; null for tensors outside the model.</returns>
    public static string? LightningModel(string name) => After(name, "model.");

    /// <summary>A tensor of a PEFT adapter as the model names it: <c>base_model.model.</c> removed.</summary>
    /// <param name="name">Name in the adapter file.</param>
    /// <returns>The name without the prefix.</returns>
    public static string PeftAdapter(string name) => After(name, "base_model.model.") ?? name;

    private static readonly (string From, string To)[] s_openAiBlock =
    [
        ("attn.query.", "self_attn.q_proj."),
        ("attn.key.", "self_attn.k_proj."),
        ("attn.value.", "self_attn.v_proj."),
        ("attn.out.", "self_attn.out_proj."),
        ("attn_ln.", "self_attn_layer_norm."),
        ("mlp.0.", "fc1."),
        ("mlp.2.", "fc2."),
        ("mlp_ln.", "final_layer_norm."),
    ];

    private static string? After(string name, string prefix)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : null;
    }
}
