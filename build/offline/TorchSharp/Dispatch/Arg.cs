using System.Numerics;

namespace TorchSharp;

/// <summary>One operand of an operator, of any kind; every kind converts implicitly, null means None.</summary>
internal readonly struct Arg
{
    /// <summary>Whatever must stay alive until the native call returns.</summary>
    internal readonly object? Reference;
    internal readonly long Bits;
    internal readonly double Real;
    internal readonly NativeTag Tag;
    internal readonly int Count;

    private Arg(NativeTag tag, object? reference = null, long bits = 0, double real = 0, int count = 0)
        => (Tag, Reference, Bits, Real, Count) = (tag, reference, bits, real, count);

    internal static Arg None => default;

    internal static Arg Complex(double real, double imaginary)
        => new(NativeTag.Complex, bits: BitConverter.DoubleToInt64Bits(real), real: imaginary);

    public static implicit operator Arg(torch.Tensor? value) => value is null ? default : new(NativeTag.Tensor, value);
    public static implicit operator Arg(torch.Tensor?[]? value) => value is null ? default : new(NativeTag.TensorList, value, count: value.Length);
    public static implicit operator Arg(long value) => new(NativeTag.Int, bits: value);
    public static implicit operator Arg(int value) => new(NativeTag.Int, bits: value);
    public static implicit operator Arg(double value) => new(NativeTag.Double, real: value);
    public static implicit operator Arg(float value) => new(NativeTag.Double, real: value);
    public static implicit operator Arg(bool value) => new(NativeTag.Bool, bits: value ? 1 : 0);
    public static implicit operator Arg(long? value) => value is { } number ? (Arg)number : default;
    public static implicit operator Arg(double? value) => value is { } number ? (Arg)number : default;
    public static implicit operator Arg(bool? value) => value is { } flag ? (Arg)flag : default;
    public static implicit operator Arg(string? value) => value is null ? default : new(NativeTag.String, value);
    public static implicit operator Arg(long[]? value) => value is null ? default : new(NativeTag.IntList, value, count: value.Length);
    public static implicit operator Arg(double[]? value) => value is null ? default : new(NativeTag.DoubleList, value, count: value.Length);
    public static implicit operator Arg(torch.ScalarType value) => new(NativeTag.Int, bits: (long)value);
    public static implicit operator Arg(torch.ScalarType? value) => value is { } type ? (Arg)type : default;
    public static implicit operator Arg(torch.Device? value) => value is null ? default : new(NativeTag.Device, bits: (long)value.NativeType, count: value.index);
    public static implicit operator Arg(torch.Generator? value) => value is null ? default : new(NativeTag.Generator, value);
    public static implicit operator Arg(Scalar? value) => value is null ? default : value.AsArg();
}
