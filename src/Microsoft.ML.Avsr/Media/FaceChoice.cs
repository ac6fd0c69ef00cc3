namespace Microsoft.ML.Avsr.Media;

/// <summary>Which of several faces speaks.</summary>
public enum FaceChoice
{
    /// <summary>The face with the largest area over the whole clip.</summary>
    Largest,

    /// <summary>
    /// The face whose mouth moves with the sound; the largest where there is no sound, or where no mouth moves with it.
    /// </summary>
    MovesWithSound,
}
