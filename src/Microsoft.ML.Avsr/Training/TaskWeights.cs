namespace Microsoft.ML.Avsr.Training;

/// <summary>Weights of the three tasks when every step trains all of them (Omni-AVSR, arXiv 2511.07253).</summary>
/// <param name="Audio">Weight of recognition from sound alone.</param>
/// <param name="Video">Weight of recognition from the picture alone.</param>
/// <param name="AudioVisual">Weight of recognition from both.</param>
public sealed record TaskWeights(double Audio, double Video, double AudioVisual)
{
    /// <summary>Omni-AVSR's weights: 1, 1.5, 1.</summary>
    public static TaskWeights OmniAvsr { get; } = new(1, 1.5, 1);
}
