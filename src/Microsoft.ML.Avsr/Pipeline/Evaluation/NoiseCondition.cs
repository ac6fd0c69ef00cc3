using System.Globalization;
using Microsoft.ML.Avsr.Features;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Text;

namespace Microsoft.ML.Avsr;

/// <summary>Error counts of one cell of a noise table.</summary>
/// <param name="Modality">The streams that were used.</param>
/// <param name="Snr">Signal-to-noise ratio in decibels, or <see langword="null"/> for the clip as it is.</param>
/// <param name="Words">Word errors over all clips.</param>
/// <param name="Characters">Character errors over all clips.</param>
public sealed record NoiseCondition(Modality Modality, double? Snr, EditCounts Words, EditCounts Characters)
{
    /// <summary>The kind of noise.</summary>
    public NoiseType Noise { get; init; }

    /// <summary>The condition's name: <c>clean</c> or the ratio in decibels.</summary>
    public string Name => Snr is { } snr ? snr.ToString("0.##", CultureInfo.InvariantCulture) : "clean";
}
