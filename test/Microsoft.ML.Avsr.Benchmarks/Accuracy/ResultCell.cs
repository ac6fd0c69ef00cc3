using System.Text.Json.Serialization;
using Microsoft.ML.Avsr.Features;
using Microsoft.ML.Avsr.Modeling;

namespace Microsoft.ML.Avsr.Accuracy;

/// <summary>Word errors over the test clips in one condition.</summary>
/// <param name="Modality">The streams in use.</param>
/// <param name="Noise">Kind of noise; null is clean, and any for video alone.</param>
/// <param name="Snr">Signal-to-noise ratio in decibels; null is clean.</param>
/// <param name="Errors">Substitutions, insertions and deletions.</param>
/// <param name="Words">Words of the reference.</param>
internal sealed record ResultCell(Modality Modality, NoiseType? Noise, double? Snr, int Errors, int Words)
{
    /// <summary>Word error rate in percent.</summary>
    [JsonIgnore]
    public double Percent => 100.0 * Errors / Words;
}
