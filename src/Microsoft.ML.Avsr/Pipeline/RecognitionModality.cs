namespace Microsoft.ML.Avsr;

/// <summary>Which streams a transformer recognises from.</summary>
public enum RecognitionModality
{
    /// <summary>Whatever a clip has and the model was trained for.</summary>
    Auto,

    /// <summary>Sound alone, even where there is a picture.</summary>
    Audio,

    /// <summary>The picture alone, even where there is sound.</summary>
    Video,

    /// <summary>Both; a clip that lacks one is recognised from the other.</summary>
    AudioVisual,
}
