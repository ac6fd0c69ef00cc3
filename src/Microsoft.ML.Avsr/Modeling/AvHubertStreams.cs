namespace Microsoft.ML.Avsr.Modeling;

/// <summary>Which streams the AV-HuBERT encoder takes (specification 2.3).</summary>
public enum AvHubertStreams
{
    /// <summary>The picture only; Whisper hears. Llama-AVSR's and Llama-SMoP's usual form.</summary>
    Video,

    /// <summary>The sound only, as stacked log-filterbanks: AV-HuBERT instead of Whisper.</summary>
    Audio,

    /// <summary>Both, one after the other with the other stream absent; each has its own projector and its own tokens.</summary>
    Separate,

    /// <summary>Both at once; one projector, one row of tokens without delimiters.</summary>
    Joint,
}
