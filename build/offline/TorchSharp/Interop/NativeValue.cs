using System.Runtime.InteropServices;

namespace TorchSharp;

/// <summary>What a <see cref="NativeValue"/> holds; the numbers are shared with native/shim.h.</summary>
internal enum NativeTag
{
    None = 0,
    Tensor = 1,
    Int = 2,
    Double = 3,
    Bool = 4,
    String = 5,
    TensorList = 6,
    IntList = 7,
    DoubleList = 8,
    Device = 9,
    Generator = 10,
    Complex = 11,
}

/// <summary>One operand or result on its way through the shim; 24 bytes, the twin of avsr::Value.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeValue
{
    public NativeTag Tag;
    public int Count;
    public long Bits;
    public double Real;
}
