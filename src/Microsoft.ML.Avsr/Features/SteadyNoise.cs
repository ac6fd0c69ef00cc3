namespace Microsoft.ML.Avsr.Features;

/// <summary>Noise whose spectrum does not change.</summary>
internal static class SteadyNoise
{
    /// <summary>White noise of unit variance.</summary>
    public static float[] White(int samples, Random random)
    {
        var noise = new float[samples];
        for (var i = 0; i < noise.Length; i++)
        {
            // Box and Muller.
            var radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            noise[i] = (float)(radius * Math.Cos(2 * Math.PI * random.NextDouble()));
        }
        return noise;
    }

    /// <summary>Pink noise: a sum of white noises, each of which changes half as often as the one before (Voss and McCartney).</summary>
    public static float[] Pink(int samples, Random random)
    {
        const int Rows = 14; // the slowest changes about once a second at 16 kHz
        var rows = White(Rows, random);
        var sum = 0f;
        foreach (var row in rows)
            sum += row;
        var noise = White(samples, random);
        var fresh = White(samples, random);
        for (var i = 1; i < noise.Length; i++)
        {
            var row = Math.Min(Rows - 1, System.Numerics.BitOperations.TrailingZeroCount(i));
            sum += fresh[i] - rows[row];
            rows[row] = fresh[i];
            noise[i] += sum;
        }
        return noise;
    }
}
