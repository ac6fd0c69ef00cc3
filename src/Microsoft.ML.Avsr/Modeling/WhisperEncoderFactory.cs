using Microsoft.ML.Avsr.Checkpoints;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>Makes Whisper encoders with published weights. Decoder weights in the same file are not read.</summary>
public static class WhisperEncoderFactory
{
    private static readonly string[] s_prefixes = ["model.encoder.", "encoder.", "audio_encoder.", ""];

    /// <summary>Loads the encoder of a Hugging Face Whisper folder, in evaluation mode.</summary>
    /// <param name="folder">The opened folder.</param>
    /// <param name="construction">Device and precision; null is float32 on the CPU.</param>
    /// <exception cref="CheckpointException">The weights are not those of the folder's configuration.</exception>
    /// <exception cref="InvalidDataException">The configuration is not of a Whisper encoder.</exception>
    public static WhisperEncoder FromHuggingFace(HuggingFaceFolder folder, ModuleConstruction? construction = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return FromWeights(WhisperEncoderConfig.FromJson(folder.Config), folder.Weights, construction);
    }

    /// <summary>Loads the encoder of an opened Whisper checkpoint, a folder or OpenAI's file, in evaluation mode.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="construction">Device and precision; null is float32 on the CPU.</param>
    /// <exception cref="CheckpointException">The weights are not those of the checkpoint's configuration.</exception>
    /// <exception cref="InvalidDataException">The configuration is not of a Whisper encoder.</exception>
    public static WhisperEncoder FromCheckpoint(WhisperCheckpoint checkpoint, ModuleConstruction? construction = null)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        return FromWeights(WhisperEncoderConfig.FromJson(checkpoint.Config), checkpoint.Encoder, construction);
    }

    /// <summary>Loads an encoder whose shape is known, in evaluation mode.</summary>
    /// <param name="config">The encoder's shape.</param>
    /// <param name="weights">Tensors under Hugging Face's names, bare or below <c>model.encoder.</c>, <c>encoder.</c> or
    /// <c>audio_encoder.</c>, or under OpenAI's names; they stay open.</param>
    /// <param name="construction">Device and precision; null is float32 on the CPU.</param>
    /// <exception cref="CheckpointException">The weights are not those of the configuration.</exception>
    public static WhisperEncoder FromWeights(WhisperEncoderConfig config, ITensorSource weights, ModuleConstruction? construction = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(weights);
        using var encoder = FindEncoder(weights);
        var module = new WhisperEncoder(config, (construction ?? ModuleConstruction.Default) with { Initialize = false });
        StateDictionaryLoader.Load(module, encoder);
        module.eval();
        return module;
    }

    private static ITensorSource FindEncoder(ITensorSource weights)
    {
        foreach (var root in new[] { "", "model_state_dict." })
        {
            if (weights.Entries.ContainsKey(root + "encoder.blocks.0.attn.query.weight"))
                return weights.Below(root, leaveOpen: true).Rename(CheckpointNames.OpenAiWhisperEncoder);
        }
        foreach (var prefix in s_prefixes)
        {
            if (weights.Entries.ContainsKey(prefix + "conv1.weight"))
                return weights.Below(prefix, leaveOpen: true);
        }
        throw new CheckpointException(weights.Location, "conv1.weight",
            "the file holds no Whisper encoder: no such tensor, bare or below model.encoder., encoder. or audio_encoder.");
    }
}
