namespace Microsoft.ML.Avsr.Media;

/// <summary>How landmarks become an aligned mouth region.</summary>
public enum MouthAlignment
{
    /// <summary>
    /// As auto_avsr prepares data, which the published Llama-AVSR models were trained on: centred smoothing over up to 13 frames, robust
    /// similarity, the region centred on the smoothed mouth.
    /// </summary>
    AutoAvsr,

    /// <summary>
    /// As AV-HuBERT prepares data: the mean of the next 12 frames, least-squares similarity, the region centred on the frame's own mouth
    /// and kept inside the canvas. Needs 68 points.
    /// </summary>
    AvHubert,
}
