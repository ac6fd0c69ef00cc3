using System.Numerics;
using System.Runtime.InteropServices;

namespace Microsoft.ML.Avsr.Features;

/// <summary>Sums over samples, vectorised, accumulated in double so that long clips lose nothing.</summary>
internal static class SampleMath
{
    public static double Sum(ReadOnlySpan<float> samples)
    {
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(samples);
        var sum = Vector<double>.Zero;
        foreach (var vector in vectors)
        {
            Vector.Widen(vector, out var low, out var high);
            sum += low + high;
        }
        var total = Vector.Sum(sum);
        foreach (var sample in samples[(vectors.Length * Vector<float>.Count)..])
            total += sample;
        return total;
    }

    /// <summary>Sum of (x - mean) squared.</summary>
    public static double SumOfSquares(ReadOnlySpan<float> samples, double mean = 0)
    {
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(samples);
        var sum = Vector<double>.Zero;
        var shift = new Vector<double>(mean);
        foreach (var vector in vectors)
        {
            Vector.Widen(vector, out var low, out var high);
            low -= shift;
            high -= shift;
            sum += (low * low) + (high * high);
        }
        var total = Vector.Sum(sum);
        foreach (var sample in samples[(vectors.Length * Vector<float>.Count)..])
            total += (sample - mean) * (sample - mean);
        return total;
    }

    /// <summary>Adds <paramref name="scale"/> times the other samples to the first ones.</summary>
    public static void AddScaled(Span<float> samples, ReadOnlySpan<float> others, float scale)
    {
        others = others[..samples.Length];
        var to = MemoryMarshal.Cast<float, Vector<float>>(samples);
        var from = MemoryMarshal.Cast<float, Vector<float>>(others);
        for (var i = 0; i < to.Length; i++)
            to[i] += from[i] * scale;
        for (var i = to.Length * Vector<float>.Count; i < samples.Length; i++)
            samples[i] += others[i] * scale;
    }

    /// <summary>Copies samples from a place on, starting over at the end as often as needed.</summary>
    public static float[] Repeat(ReadOnlySpan<float> samples, int start, int length)
    {
        var result = new float[length];
        var at = start % samples.Length;
        for (var done = 0; done < length;)
        {
            var count = Math.Min(length - done, samples.Length - at);
            samples.Slice(at, count).CopyTo(result.AsSpan(done));
            done += count;
            at = 0;
        }
        return result;
    }
}
