namespace Microsoft.ML.Avsr.Features;

/// <summary>Kinds of noise that a recogniser is measured in.</summary>
public enum NoiseType
{
    /// <summary>Many voices at once, made of other clips.</summary>
    Babble,

    /// <summary>Equal power at all frequencies.</summary>
    White,

    /// <summary>Power that halves with each octave, as in much of the noise of rooms and machines.</summary>
    Pink,
}
