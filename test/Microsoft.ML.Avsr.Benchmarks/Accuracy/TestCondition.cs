using System.Globalization;
using Microsoft.ML.Avsr.Features;

namespace Microsoft.ML.Avsr.Accuracy;

/// <summary>How the test clips sound.</summary>
/// <param name="Noise">Kind of noise; null is clean.</param>
/// <param name="Snr">Signal-to-noise ratio in decibels; null is clean.</param>
internal sealed record TestCondition(NoiseType? Noise, double? Snr)
{
    /// <summary>The clips as they are.</summary>
    public static TestCondition Clean { get; } = new(null, null);

    /// <summary>The levels, in decibels.</summary>
    public static IReadOnlyList<double> Levels { get; } = [10, 5, 0, -5, -10];

    /// <summary>The kinds of noise.</summary>
    public static IReadOnlyList<NoiseType> Noises { get; } = [NoiseType.Babble, NoiseType.White, NoiseType.Pink];

    /// <summary>All conditions, clean first.</summary>
    public static IReadOnlyList<TestCondition> All { get; } = [Clean, .. Noises.SelectMany(noise => Levels.Select(level => new TestCondition(noise, level)))];

    /// <summary><c>clean</c>, or for example <c>Babble -5 dB</c>.</summary>
    public string Name => Snr is { } snr ? string.Create(CultureInfo.InvariantCulture, $"{Noise} {snr:0.##} dB") : "clean";
}
