namespace TorchSharp;

public static partial class torch
{
    public static Tensor arange(Scalar start, Scalar stop, Scalar step, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Create(Aten.arange_start_step, [start, stop, step], dtype ?? RangeType(start, stop, step), device, requires_grad);

    public static Tensor arange(Scalar start, Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Create(Aten.arange_start_step, [start, stop, 1L], dtype ?? RangeType(start, stop), device, requires_grad);

    public static Tensor arange(Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Create(Aten.arange_start_step, [0L, stop, 1L], dtype ?? RangeType(stop), device, requires_grad);

    public static Tensor clone(Tensor input) => input.clone();

    public static Tensor empty_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Named(input.empty_like(dtype, device, requires_grad), names);

    public static Tensor empty_strided(long[] size, long[] strides, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Create(Aten.empty_strided, [size, strides], dtype, device, requires_grad, names);

    public static Tensor eye(long rows, long columns = -1, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Create(Aten.eye_m, [rows, columns == -1 ? rows : columns], dtype, device, requires_grad, names);

    public static Tensor full_like(Tensor input, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Named(input.full_like(value, dtype, device, requires_grad), names);

    public static Tensor linspace(double start, double end, long steps, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Create(Aten.linspace, [start, end, steps], dtype, device, requires_grad);

    public static Tensor logspace(double start, double end, long steps, double @base = 10, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Create(Aten.logspace, [start, end, steps, @base], dtype, device, requires_grad);

    public static Tensor ones_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Named(input.ones_like(dtype, device, requires_grad), names);

    public static Tensor tril_indices(long row, long col, long offset = 0, ScalarType dtype = ScalarType.Int64, Device? device = null) => Create(Aten.tril_indices, [row, col, offset], dtype, device, false);

    public static Tensor triu_indices(long row, long col, long offset = 0, ScalarType dtype = ScalarType.Int64, Device? device = null) => Create(Aten.triu_indices, [row, col, offset], dtype, device, false);

    public static Tensor zeros_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Named(input.zeros_like(dtype, device, requires_grad), names);

    /// <summary>Calls a factory whose operands end with dtype, layout, device, pin_memory; null types are the defaults.</summary>
    private static Tensor Create(OpHandle op, ReadOnlySpan<Arg> args, ScalarType? dtype, Device? device, bool requires_grad, string[]? names = null)
    {
        RefuseNames(names);
        device ??= get_default_device();
        InitializeDeviceType(device.type);
        Arg[] all = [.. args, dtype ?? get_default_dtype(), Arg.None, device, false];
        var result = Op.Call(op, all);
        return requires_grad ? result.requires_grad_() : result;
    }

    private static Tensor Named(Tensor result, string[]? names)
    {
        RefuseNames(names);
        return result;
    }

    private static void RefuseNames(string[]? names)
    {
        if (names is { Length: > 0 })
            throw new NotSupportedException("Named dimensions are not supported.");
    }

    private static ScalarType FullType(Scalar value) => is_integral(value.Type) ? ScalarType.Int64 : get_default_dtype();

    private static ScalarType RangeType(params ReadOnlySpan<Scalar> bounds)
    {
        foreach (var bound in bounds)
        {
            if (!is_integral(bound.Type))
                return get_default_dtype();
        }
        return ScalarType.Int64;
    }
}
