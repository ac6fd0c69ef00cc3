using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>Cosines and sines of rotary positions, made once per forward pass and shared by its layers.</summary>
/// <param name="Cosine">[batch or 1, 1, time, headSize / 2].</param>
/// <param name="Sine">[batch or 1, 1, time, headSize / 2].</param>
/// <remarks>Rotate-half form: element i turns with element i + headSize / 2 (specification 7).</remarks>
internal readonly record struct RotaryTable(Tensor Cosine, Tensor Sine)
{
    /// <summary>Frequencies theta^(-2i / headSize), i = 0 .. headSize / 2 - 1.</summary>
    public static float[] Frequencies(int headSize, double theta)
    {
        var frequencies = new float[headSize / 2];
        for (var i = 0; i < frequencies.Length; i++)
            frequencies[i] = 1 / MathF.Pow((float)theta, 2f * i / headSize); // float32 throughout: the reference's angles at far positions show the last bit
        return frequencies;
    }

    /// <summary>Table of the given positions.</summary>
    /// <param name="positions">[batch, time] or [1, time] int64.</param>
    /// <param name="frequencies">[headSize / 2]; angles are computed in float32 (float64 for a float64 model), as the reference does.</param>
    /// <param name="dtype">Type of the result.</param>
    public static RotaryTable Of(Tensor positions, float[] frequencies, ScalarType dtype)
    {
        var working = dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        var frequency = tensor(frequencies, dtype: working, device: positions.device);   // [headSize / 2]
        var angle = positions.to(working).unsqueeze(2).mul(frequency).unsqueeze(1);       // [batch, 1, time, headSize / 2]
        return new RotaryTable(angle.cos().to(dtype), angle.sin().to(dtype));
    }

    /// <summary>Table of positions 0 .. time - 1.</summary>
    public static RotaryTable Of(long time, float[] frequencies, ScalarType dtype, Device device)
    {
        var positions = arange(time, ScalarType.Int64, device).unsqueeze(0); // [1, time]
        return Of(positions, frequencies, dtype);
    }

    /// <summary>The table of positions from the given one on.</summary>
    public RotaryTable From(long first) => first == 0 ? this
        : new RotaryTable(Cosine.narrow(2, first, Cosine.shape[2] - first), Sine.narrow(2, first, Sine.shape[2] - first));

    /// <summary>Turns queries or keys, [batch, heads, time, headSize].</summary>
    public Tensor Turn(Tensor heads)
    {
        var half = Cosine.shape[3];
        var first = heads.narrow(3, 0, half);
        var second = heads.narrow(3, half, half);
        var turnedFirst = first.mul(Cosine).sub(second.mul(Sine));
        var turnedSecond = second.mul(Cosine).add(first.mul(Sine));
        return cat([turnedFirst, turnedSecond], 3);
    }
}
