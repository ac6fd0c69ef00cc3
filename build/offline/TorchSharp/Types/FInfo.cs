namespace TorchSharp;

public static partial class torch
{
    /// <summary>The limits of a floating-point type.</summary>
    public struct FInfo
    {
        public int bits;
        public double eps;
        public double max;
        public double min;
        public double tiny;
        public double smallest_normal;
        public double resolution;
    }

    public static FInfo finfo() => finfo(get_default_dtype());

    public static FInfo finfo(ScalarType dtype) => dtype switch
    {
        ScalarType.Float16 => Limits(16, Math.Pow(2, -10), 65504, Math.Pow(2, -14), 1e-3),
        ScalarType.BFloat16 => Limits(16, Math.Pow(2, -7), (2 - Math.Pow(2, -7)) * Math.Pow(2, 127), Math.Pow(2, -126), 1e-2),
        ScalarType.Float32 => Limits(32, Math.Pow(2, -23), float.MaxValue, Math.Pow(2, -126), 1e-6),
        ScalarType.Float64 => Limits(64, Math.Pow(2, -52), double.MaxValue, Math.Pow(2, -1022), 1e-15),
        _ => throw new ArgumentException($"{dtype} is not a floating-point type.", nameof(dtype)),
    };

    private static FInfo Limits(int bits, double eps, double max, double smallest, double resolution)
        => new() { bits = bits, eps = eps, max = max, min = -max, tiny = smallest, smallest_normal = smallest, resolution = resolution };
}
