using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>Sizes and names of element types, in managed code so that parsers need no native library.</summary>
internal static class ScalarTypes
{
    public static int Size(ScalarType type) => type switch
    {
        ScalarType.Byte or ScalarType.Int8 or ScalarType.Bool => 1,
        ScalarType.Int16 or ScalarType.Float16 or ScalarType.BFloat16 => 2,
        ScalarType.Int32 or ScalarType.Float32 => 4,
        ScalarType.Int64 or ScalarType.Float64 or ScalarType.ComplexFloat32 => 8,
        ScalarType.ComplexFloat64 => 16,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Not an element type that weights files hold."),
    };

    public static string Name(ScalarType type) => type switch
    {
        ScalarType.Byte => "uint8",
        ScalarType.Float16 => "float16",
        ScalarType.Float32 => "float32",
        ScalarType.Float64 => "float64",
        ScalarType.BFloat16 => "bfloat16",
        ScalarType.ComplexFloat32 => "complex64",
        ScalarType.ComplexFloat64 => "complex128",
        _ => type.ToString().ToLowerInvariant(),
    };

    public static bool IsFloating(ScalarType type) =>
        type is ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float32 or ScalarType.Float64;

    public static bool IsIntegral(ScalarType type) =>
        type is ScalarType.Byte or ScalarType.Int8 or ScalarType.Int16 or ScalarType.Int32 or ScalarType.Int64 or ScalarType.Bool;

    /// <summary>Whether numbers of one type may silently become the other: only within floating point, or within integers.</summary>
    public static bool CanConvert(ScalarType from, ScalarType to) =>
        from == to || (IsFloating(from) && IsFloating(to)) || (IsIntegral(from) && IsIntegral(to));

    /// <summary>Product of the sizes times the element size; null where it does not fit in 63 bits or a size is negative.</summary>
    public static long? ByteLength(ReadOnlySpan<long> shape, int elementSize)
    {
        UInt128 product = (UInt128)elementSize;
        var empty = false;
        foreach (var size in shape)
        {
            if (size < 0)
                return null;
            empty |= size == 0;
            if (size != 0)
                product *= (UInt128)size;
            if (product > long.MaxValue)
                return null;
        }
        return empty ? 0 : (long)product;
    }
}
