namespace TorchSharp;

public static partial class torch
{
    public static Tensor complex(Tensor real, Tensor imag) => Op.Call(Aten.complex, real, imag);

    public static Tensor polar(Tensor abs, Tensor angle) => Op.Call(Aten.polar, abs, angle);

    public static Tensor real(Tensor input) => input.real;

    public static Tensor imag(Tensor input) => input.imag;
}
