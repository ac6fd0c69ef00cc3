namespace Microsoft.ML.Avsr.Media;

/// <summary>How large a mouth region is and how it follows a face that was found by itself.</summary>
public enum MouthFraming
{
    /// <summary>
    /// A level square whose side is a multiple of the distance between the eyes, smoothed over time so that it follows the head and not
    /// the lips: <see cref="SteadyMouthLocator"/>. For visual encoders that train from scratch.
    /// </summary>
    EyeDistance,

    /// <summary>
    /// Aligned to the mean face, as the references prepare data: <see cref="LandmarkLocator"/>. Its side is 1.7 times the distance between
    /// the eyes. For published visual encoders.
    /// </summary>
    MeanFace,
}
