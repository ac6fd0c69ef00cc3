using System.Numerics;

namespace TorchSharp;

/// <summary>A number of any element type. Holds no native memory here: nothing to finalise, Dispose does nothing.</summary>
public sealed class Scalar : IDisposable
{
    private enum Kind
    {
        Integer,
        Real,
        Truth,
        Complex,
    }

    private readonly Kind _kind;
    private readonly long _integer;
    private readonly double _real;
    private readonly double _imaginary;

    private Scalar(Kind kind, torch.ScalarType type, long integer = 0, double real = 0, double imaginary = 0)
        => (_kind, Type, _integer, _real, _imaginary) = (kind, type, integer, real, imaginary);

    /// <summary>The widest type of its kind, as libtorch has it: Int64, Float64, Bool or ComplexFloat64.</summary>
    public torch.ScalarType Type { get; }

    public static implicit operator Scalar(byte value) => FromInteger(value);
    public static implicit operator Scalar(sbyte value) => FromInteger(value);
    public static implicit operator Scalar(short value) => FromInteger(value);
    public static implicit operator Scalar(int value) => FromInteger(value);
    public static implicit operator Scalar(long value) => FromInteger(value);
    public static implicit operator Scalar(Half value) => FromReal((double)value);
    public static implicit operator Scalar(float value) => FromReal(value);
    public static implicit operator Scalar(double value) => FromReal(value);
    public static implicit operator Scalar(bool value) => new(Kind.Truth, torch.ScalarType.Bool, value ? 1 : 0, value ? 1 : 0);
    public static implicit operator Scalar((float, float) value) => FromComplex(value.Item1, value.Item2);
    public static implicit operator Scalar(Complex value) => FromComplex(value.Real, value.Imaginary);

    public void Dispose()
    {
    }

    internal static Scalar From(in NativeValue value) => value.Tag switch
    {
        NativeTag.Int => FromInteger(value.Bits),
        NativeTag.Double => FromReal(value.Real),
        NativeTag.Bool => value.Bits != 0,
        NativeTag.Complex => FromComplex(BitConverter.Int64BitsToDouble(value.Bits), value.Real),
        _ => throw new InvalidOperationException("The operator did not return a number."),
    };

    internal Arg AsArg() => _kind switch
    {
        Kind.Integer => _integer,
        Kind.Real => _real,
        Kind.Truth => _integer != 0,
        _ => Arg.Complex(_real, _imaginary),
    };

    internal long AsInt64() => _kind is Kind.Integer or Kind.Truth ? _integer : checked((long)AsDouble());

    internal double AsDouble() => _kind switch
    {
        Kind.Integer or Kind.Truth => _integer,
        Kind.Complex when _imaginary != 0 => throw new InvalidOperationException("A complex number with an imaginary part is not a real number."),
        _ => _real,
    };

    internal bool AsBoolean() => _kind is Kind.Integer or Kind.Truth ? _integer != 0 : _real != 0 || _imaginary != 0;

    internal Complex AsComplex() => _kind is Kind.Integer or Kind.Truth ? _integer : new Complex(_real, _imaginary);

    private static Scalar FromInteger(long value) => new(Kind.Integer, torch.ScalarType.Int64, integer: value);

    private static Scalar FromReal(double value) => new(Kind.Real, torch.ScalarType.Float64, real: value);

    private static Scalar FromComplex(double real, double imaginary)
        => new(Kind.Complex, torch.ScalarType.ComplexFloat64, real: real, imaginary: imaginary);
}
