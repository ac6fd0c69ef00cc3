namespace Microsoft.ML.Avsr.Modeling;

/// <summary>Which streams of a clip are used.</summary>
[Flags]
public enum Modality
{
    /// <summary>Neither sound nor picture: nothing can be recognised.</summary>
    None = 0,

    /// <summary>Sound only (automatic speech recognition).</summary>
    Audio = 1,

    /// <summary>Picture only (visual speech recognition, lip reading).</summary>
    Video = 2,

    /// <summary>Sound and picture together.</summary>
    AudioVisual = Audio | Video,
}
