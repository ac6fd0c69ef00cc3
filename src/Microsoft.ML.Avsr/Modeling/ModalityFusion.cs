namespace Microsoft.ML.Avsr.Modeling;

/// <summary>How AV-HuBERT joins its audio and video features before the transformer.</summary>
public enum ModalityFusion
{
    /// <summary>Video only, straight into the transformer: the small encoder that trains from scratch.</summary>
    None,

    /// <summary>Audio and video side by side, layer norm, linear map (all released models).</summary>
    Concatenate,

    /// <summary>Sum of audio and video, layer norm.</summary>
    Add,
}
