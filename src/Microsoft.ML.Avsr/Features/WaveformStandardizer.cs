using System.Numerics;
using System.Runtime.InteropServices;

namespace Microsoft.ML.Avsr.Features;

/// <summary>
/// Brings a clip to zero mean and unit variance: (x - mean) / sqrt(variance + 1e-8) over all samples, with the biased variance.
/// Llama-AVSR does this before Whisper's front end; stock Whisper does not.
/// </summary>
public static class WaveformStandardizer
{
    private const double Epsilon = 1e-8;

    /// <summary>Standardises a copy.</summary>
    /// <param name="samples">Mono samples.</param>
    /// <returns>New samples of the same length; empty for an empty clip.</returns>
    public static float[] Standardize(ReadOnlySpan<float> samples)
    {
        var result = samples.ToArray();
        StandardizeInPlace(result);
        return result;
    }

    /// <summary>Standardises the samples where they are.</summary>
    /// <param name="samples">Mono samples.</param>
    public static void StandardizeInPlace(Span<float> samples)
    {
        if (samples.IsEmpty)
            return;
        var mean = SampleMath.Sum(samples) / samples.Length;
        var variance = SampleMath.SumOfSquares(samples, mean) / samples.Length;
        var scale = (float)(1 / Math.Sqrt(variance + Epsilon));
        var shift = (float)mean;
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(samples);
        var wideShift = new Vector<float>(shift);
        for (var i = 0; i < vectors.Length; i++)
            vectors[i] = (vectors[i] - wideShift) * scale;
        foreach (ref var sample in samples[(vectors.Length * Vector<float>.Count)..])
            sample = (sample - shift) * scale;
    }
}
