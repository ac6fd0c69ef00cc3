namespace Microsoft.ML.Avsr.Modeling;

/// <summary>How encoder frames become fewer tokens (Llama-AVSR calls both "compression").</summary>
public enum CompressionKind
{
    /// <summary>The mean of each group of frames: the width stays. Used by the released Llama-SMoP.</summary>
    AveragePool,

    /// <summary>The frames of a group side by side: the width grows by the rate. Used by the first Llama-AVSR.</summary>
    Stack,
}

/// <summary>The whole architecture of a model: nothing that shapes a tensor is anywhere else.</summary>
public sealed record AvsrModelConfig
{
    /// <summary>The audio encoder, or <see langword="null"/> for a model without hearing.</summary>
    public WhisperEncoderConfig? AudioEncoder { get; init; }

    /// <summary>The visual encoder, or <see langword="null"/> for a model without sight.</summary>
    public VisualEncoderConfig? VisualEncoder { get; init; }

    /// <summary>Width of audio features that come already encoded, instead of <see cref="AudioEncoder"/>; <see langword="null"/> where the model hears by itself or not at all.</summary>
    public int? AudioFeatureWidth { get; init; }

    /// <summary>Width of video features that come already encoded, instead of <see cref="VisualEncoder"/>; <see langword="null"/> where the model sees by itself or not at all.</summary>
    public int? VideoFeatureWidth { get; init; }

    /// <summary>Which streams <see cref="VisualEncoder"/> takes. All but <see cref="AvHubertStreams.Video"/> leave <see cref="AudioEncoder"/> unused.</summary>
    public AvHubertStreams AvHubertStreams { get; init; }

    /// <summary>Low-rank adapters on the visual encoder, or <see langword="null"/> for none.</summary>
    public LoraConfig? VisualLora { get; init; }

    /// <summary>Compression of encoder frames.</summary>
    public CompressionKind Compression { get; init; } = CompressionKind.AveragePool;

    /// <summary>Audio frames per token (released Llama-SMoP: 4).</summary>
    public int AudioRate { get; init; } = 4;

    /// <summary>Video frames per token (released Llama-SMoP: 2); with <see cref="AvHubertStreams.Joint"/>, joint frames per token.</summary>
    public int VideoRate { get; init; } = 2;

    /// <summary>Factors on <see cref="AudioRate"/> at which the model can recognise, too; it was trained with them (Matryoshka rates).</summary>
    public IReadOnlyList<int> AudioCompressions { get; init; } = [];

    /// <summary>Factors on <see cref="VideoRate"/> at which the model can recognise, too.</summary>
    public IReadOnlyList<int> VideoCompressions { get; init; } = [];

    /// <summary>The projector from encoder space to the language model's.</summary>
    public required ProjectorConfig Projector { get; init; }

    /// <summary>The language model.</summary>
    public required LlamaConfig LanguageModel { get; init; }

    /// <summary>Low-rank adapters on the language model, or <see langword="null"/> where it is trained whole.</summary>
    public LoraConfig? Lora { get; init; }

    /// <summary>Prompt after the audio block; the reference's is "Transcribe speech to text.". Empty: none.</summary>
    public string AudioPrompt { get; init; } = "";

    /// <summary>Prompt after the video block; the reference's is "Transcribe video to text.". Empty: none.</summary>
    public string VideoPrompt { get; init; } = "";

    /// <summary>Prompt after both blocks; the reference's is "Transcribe speech and video to text.". Empty: none.</summary>
    public string AudioVisualPrompt { get; init; } = "";

    /// <summary>Zero mean and unit variance over the waveform before the log-mel, as the reference does (spec section 3.1).</summary>
    public bool StandardizeWaveform { get; init; } = true;

    /// <summary>Pad every clip to Whisper's 30 s before encoding: exact with pretrained Whisper, ten times slower on short clips.</summary>
    public bool PadAudioTo30Seconds { get; init; }

    /// <summary>Quirks of the reference to repeat.</summary>
    public ReferenceCompatibility Compatibility { get; init; }

    /// <summary>Whether the audio encoder has a CTC head, which times words.</summary>
    public bool AudioCtcHead { get; init; }

    /// <summary>Encoder frames that are averaged for each position of that head.</summary>
    public int AudioCtcRate { get; init; } = 1;

    /// <summary>Whether the visual encoder keeps a CTC head, which reads its frames (it was trained from scratch).</summary>
    public bool VideoCtcHead { get; init; }

    /// <summary>
    /// How sure the audio head was of the clips that it learned from: the geometric mean over clips and frames of the best class's probability, 0 to 1;
    /// <see langword="null"/> where that was not measured. Joint scoring compares it with <see cref="VideoCtcCertainty"/>.
    /// </summary>
    public double? AudioCtcCertainty { get; init; }

    /// <summary>How sure the video head was of the clips that it learned from, as <see cref="AudioCtcCertainty"/>.</summary>
    public double? VideoCtcCertainty { get; init; }

    /// <summary>The streams that the model can use.</summary>
    public Modality Supported => Encoded
        | (AudioFeatureWidth is null ? Modality.None : Modality.Audio)
        | (VideoFeatureWidth is null ? Modality.None : Modality.Video);

    private Modality Encoded => AvHubertStreams switch
    {
        _ when VisualEncoder is null => AudioEncoder is null ? Modality.None : Modality.Audio,
        AvHubertStreams.Video => AudioEncoder is null ? Modality.Video : Modality.AudioVisual,
        AvHubertStreams.Audio => Modality.Audio,
        _ => Modality.AudioVisual,
    };

    /// <summary>The prompt for some streams.</summary>
    /// <param name="modality">The streams in use.</param>
    public string PromptFor(Modality modality) => modality switch
    {
        Modality.Audio => AudioPrompt,
        Modality.Video => VideoPrompt,
        _ => AudioVisualPrompt,
    };
}
