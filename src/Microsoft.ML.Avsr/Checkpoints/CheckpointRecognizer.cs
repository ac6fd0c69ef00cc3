namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>Recognises models by the names and shapes of their tensors.</summary>
internal static class CheckpointRecognizer
{
    public static CheckpointSummary Recognize(CheckpointSummary summary, bool llama2, ITensorSource source)
    {
        var entries = source.Entries;
        if (HasPrefix(entries, "llm.") && (HasPrefix(entries, "audio_proj.") || HasPrefix(entries, "video_proj.") || HasPrefix(entries, "audiovisual_proj.")))
            return WholeModel(summary, source);
        if (entries.ContainsKey("encoder.blocks.0.attn.query.weight"))
            return Whisper(summary, source, CheckpointNames.OpenAiWhisperEncoder, CheckpointKind.OpenAiWhisper);
        if (entries.ContainsKey("model.encoder.embed_positions.weight") || (entries.ContainsKey("encoder.embed_positions.weight") && entries.ContainsKey("encoder.conv1.weight")))
            return Whisper(summary, source, CheckpointNames.HuggingFaceWhisperEncoder, CheckpointKind.HuggingFaceWhisper);
        if (entries.ContainsKey("feature_extractor_video.proj.weight"))
            return AvHubert(summary, entries, "", CheckpointKind.AvHubert);
        if (entries.ContainsKey("encoder.w2v_model.feature_extractor_video.proj.weight"))
            return AvHubert(summary, entries, "encoder.w2v_model.", CheckpointKind.AvHubertFineTuned);
        if (entries.ContainsKey("model.embed_tokens.weight"))
            return Language(summary, entries, "") with { Kind = llama2 ? CheckpointKind.Llama2C : CheckpointKind.LanguageModel };
        if (entries.Count > 0 && entries.Keys.All(IsReferenceAdapter))
            return ReferenceAdapter(summary, entries);
        var adapter = entries.Values.FirstOrDefault(entry => entry.Name.EndsWith(".lora_A.weight", StringComparison.Ordinal));
        return adapter.Shape is [var rank, _] ? summary with { Kind = CheckpointKind.PeftAdapter, LoraRank = (int)rank } : summary;
    }

    private static bool IsReferenceAdapter(string name) =>
        name.Contains(".self_attn.lora_down_", StringComparison.Ordinal) || name.Contains(".self_attn.lora_up_", StringComparison.Ordinal);

    private static CheckpointSummary ReferenceAdapter(CheckpointSummary summary, IReadOnlyDictionary<string, TensorEntry> entries)
    {
        int? Rank(string layer) => entries.Values.FirstOrDefault(entry => entry.Name.Contains(layer, StringComparison.Ordinal)
            && entry.Name.EndsWith(".lora_down_Q.weight", StringComparison.Ordinal)).Shape is [var rank, _] ? (int)rank : null;
        return summary with { Kind = CheckpointKind.ReferenceAdapter, LoraRank = Rank("model.layers.0."), VideoLoraRank = Rank("encoder.layers.0.") };
    }

    private static CheckpointSummary WholeModel(CheckpointSummary summary, ITensorSource source)
    {
        var entries = source.Entries;
        summary = Language(summary, entries, "llm.");
        if (entries.ContainsKey("audio_encoder.feature_extractor_video.proj.weight"))
        {
            // AV-HuBERT as the audio encoder: it could see, but this model does not let it.
            var hearing = AvHubert(summary, entries, "audio_encoder.", CheckpointKind.Unknown);
            summary = summary with { Audio = true, AudioEncoder = hearing.VideoEncoder, VideoLoraRank = hearing.VideoLoraRank };
        }
        else if (HasPrefix(entries, "audio_encoder."))
        {
            using var audio = source.Below("audio_encoder.", leaveOpen: true);
            summary = summary with { Audio = true, AudioEncoder = (Size(audio.Entries, "conv1.weight", 0) ?? 0, LayerCounter.Count(audio.Entries.Keys, "layers.")) };
        }
        foreach (var prefix in new[] { "video_encoder.", "audiovisual_encoder." })
        {
            if (!HasPrefix(entries, prefix))
                continue;
            var hears = summary.Audio || prefix == "audiovisual_encoder.";
            summary = AvHubert(summary, entries, prefix, CheckpointKind.Unknown) with { Audio = hears };
        }
        return Projector(summary, entries);
    }

    private static CheckpointSummary Projector(CheckpointSummary summary, IReadOnlyDictionary<string, TensorEntry> entries)
    {
        foreach (var (prefix, routing) in new[] { ("audiovisual_proj.", "JEJR"), ("audio_proj.", "DEDR"), ("video_proj.", "DEDR") })
        {
            if (Size(entries, prefix + "gate.weight", 0) is { } experts)
                return summary with { Kind = CheckpointKind.LlamaSmop, Projector = routing, Experts = experts };
        }
        // One set of experts with a router for each modality.
        if ((Size(entries, "audiovisual_proj.gate_audio.weight", 0) ?? Size(entries, "audiovisual_proj.gate_audio", 0)) is { } joint)
            return summary with { Kind = CheckpointKind.LlamaSmop, Projector = "JEDR", Experts = joint };
        if (entries.ContainsKey("audio_proj.0.0.weight") || entries.ContainsKey("video_proj.0.0.weight"))
            return summary with { Kind = CheckpointKind.OmniAvsr, Projector = "dense" };
        var normalized = entries.ContainsKey("audio_proj.3.weight") || entries.ContainsKey("video_proj.3.weight") || entries.ContainsKey("audiovisual_proj.3.weight");
        // Both AV-HuBERT streams of the two-projector mode come from the one encoder.
        var audioWidth = summary.AudioEncoder?.Width ?? summary.VideoEncoder?.Width;
        return summary with
        {
            Kind = CheckpointKind.LlamaAvsr,
            Projector = normalized ? "dense with LayerNorm" : "dense",
            AudioStack = Stack(Size(entries, "audio_proj.0.weight", 1), audioWidth),
            VideoStack = Stack(Size(entries, "video_proj.0.weight", 1) ?? Size(entries, "audiovisual_proj.0.weight", 1), summary.VideoEncoder?.Width),
        };
    }

    private static int? Stack(int? input, int? width) => input is { } wide && width is > 0 and { } one && wide > one && wide % one == 0 ? wide / one : null;

    private static CheckpointSummary Whisper(CheckpointSummary summary, ITensorSource source, Func<string, string?> rename, CheckpointKind kind)
    {
        using var encoder = source.Rename(rename, leaveOpen: true);
        return summary with { Kind = kind, Audio = true, AudioEncoder = (Size(encoder.Entries, "conv1.weight", 0) ?? 0, LayerCounter.Count(encoder.Entries.Keys, "layers.")) };
    }

    private static CheckpointSummary AvHubert(CheckpointSummary summary, IReadOnlyDictionary<string, TensorEntry> entries, string prefix, CheckpointKind kind) => summary with
    {
        Kind = kind,
        Audio = true,
        Video = true,
        VideoEncoder = (Size(entries, prefix + "encoder.layer_norm.weight", 0) ?? 0, LayerCounter.Count(entries.Keys, prefix + "encoder.layers.")),
        VideoLoraRank = Size(entries, prefix + "encoder.layers.0.self_attn.lora_down_Q.weight", 0),
    };

    private static CheckpointSummary Language(CheckpointSummary summary, IReadOnlyDictionary<string, TensorEntry> entries, string prefix) => summary with
    {
        LanguageModel = (Size(entries, prefix + "model.embed_tokens.weight", 1) ?? 0, LayerCounter.Count(entries.Keys, prefix + "model.layers.")),
        Vocabulary = Size(entries, prefix + "model.embed_tokens.weight", 0),
        LoraRank = Size(entries, prefix + "model.layers.0.self_attn.lora_down_Q.weight", 0)
            ?? Size(entries, prefix + "model.layers.0.self_attn.lora_down_Q_shared.weight", 0),
    };

    private static bool HasPrefix(IReadOnlyDictionary<string, TensorEntry> entries, string prefix) =>
        entries.Keys.Any(name => name.StartsWith(prefix, StringComparison.Ordinal));

    private static int? Size(IReadOnlyDictionary<string, TensorEntry> entries, string name, int dimension) =>
        entries.TryGetValue(name, out var entry) && entry.Shape.Length > dimension && entry.Shape[dimension] <= int.MaxValue ? (int)entry.Shape[dimension] : null;
}
