using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>A tensor with the array's elements and shape; the element type is the array's unless another is asked for.</summary>
    public static Tensor from_array(Array rawArray, ScalarType? dtype, Device? device = null, bool requires_grad = false, string[]? names = null)
        => FromArray(rawArray, TypeOf(rawArray.GetType().GetElementType()!), dtype, device, requires_grad, names);

    public static Tensor from_array(Array rawArray, Device? device = null) => from_array(rawArray, null, device);

    /// <summary>A one-dimensional tensor over the array's own memory, which stays pinned for the tensor's lifetime.</summary>
    public static unsafe Tensor frombuffer(Array rawArray, ScalarType dtype, long count = -1, long offset = 0, bool requires_grad = false)
    {
        if (TypeOf(rawArray.GetType().GetElementType()!) != dtype)
            throw new ArgumentException($"An array of {rawArray.GetType().GetElementType()!.Name} cannot back a tensor of type {dtype}.", nameof(rawArray));
        if (offset < 0 || offset > rawArray.LongLength)
            throw new ArgumentOutOfRangeException(nameof(offset), offset, $"The array has {rawArray.LongLength} elements.");
        long available = rawArray.LongLength - offset;
        count = count == -1 ? available : count;
        if (count < 0 || count > available)
            throw new ArgumentOutOfRangeException(nameof(count), count, $"The array has {available} elements after the offset.");
        var pin = GCHandle.Alloc(rawArray, GCHandleType.Pinned);
        try
        {
            void* data = (byte*)pin.AddrOfPinnedObject() + offset * dtype.ElementSize();
            var result = new Tensor(NativeError.Check(NativeMethods.avsr_tensor_from_blob(data, &count, 1, (int)dtype, GCHandle.ToIntPtr(pin), &Unpin)));
            return requires_grad ? result.requires_grad_() : result;
        }
        catch
        {
            pin.Free();
            throw;
        }
    }

    [UnmanagedCallersOnly]
    private static void Unpin(IntPtr context) => GCHandle.FromIntPtr(context).Free();

    private static Tensor FromScalar(Scalar value, ScalarType dtype, Device? device, bool requires_grad)
        => Create(Aten.scalar_tensor, [value], dtype, device, requires_grad);

    private static Tensor FromList<T>(IList<T> values, ReadOnlySpan<long> sizes, ScalarType own, ScalarType? dtype, Device? device, bool requires_grad, string[]? names)
        where T : unmanaged
        => FromSpan<T>(values is T[] array ? array : [.. values], sizes, own, dtype, device, requires_grad, names);

    private static Tensor FromSpan<T>(ReadOnlySpan<T> values, ReadOnlySpan<long> sizes, ScalarType own, ScalarType? dtype, Device? device, bool requires_grad, string[]? names)
        where T : unmanaged
        => FromBytes(MemoryMarshal.AsBytes(values), values.Length, sizes, own, dtype, device, requires_grad, names);

    private static Tensor FromArray(Array values, ScalarType own, ScalarType? dtype, Device? device, bool requires_grad, string[]? names)
    {
        var sizes = new long[values.Rank];
        for (int i = 0; i < sizes.Length; i++)
            sizes[i] = values.GetLongLength(i);
        ref byte first = ref MemoryMarshal.GetArrayDataReference(values);
        int bytes = checked((int)(values.LongLength * own.ElementSize()));
        return FromBytes(MemoryMarshal.CreateReadOnlySpan(ref first, bytes), values.LongLength, sizes, own, dtype, device, requires_grad, names);
    }

    private static Tensor FromBytes(ReadOnlySpan<byte> values, long count, ReadOnlySpan<long> sizes, ScalarType own, ScalarType? dtype, Device? device, bool requires_grad, string[]? names)
    {
        RefuseNames(names);
        long expected = 1;
        foreach (long size in sizes)
            expected *= size;
        if (expected != count)
            throw new ArgumentException($"{count} elements do not fill the shape [{string.Join(", ", sizes.ToArray())}].");
        var result = Op.Call(Aten.empty_memory_format, sizes.ToArray(), own, Arg.None, CPU, false);
        values.CopyTo(result.RawBytes());
        device ??= get_default_device();
        var wanted = dtype ?? own;
        if (wanted != own || device.type != DeviceType.CPU)
            result = result.to(wanted, device, disposeAfter: true);
        return requires_grad ? result.requires_grad_() : result;
    }

    internal static ScalarType TypeOf(Type type)
    {
        if (type == typeof(float)) return ScalarType.Float32;
        if (type == typeof(double)) return ScalarType.Float64;
        if (type == typeof(long)) return ScalarType.Int64;
        if (type == typeof(int)) return ScalarType.Int32;
        if (type == typeof(short)) return ScalarType.Int16;
        if (type == typeof(sbyte)) return ScalarType.Int8;
        if (type == typeof(byte)) return ScalarType.Byte;
        if (type == typeof(bool)) return ScalarType.Bool;
        if (type == typeof(Half)) return ScalarType.Float16;
        if (type == typeof((float, float))) return ScalarType.ComplexFloat32;
        if (type == typeof(System.Numerics.Complex)) return ScalarType.ComplexFloat64;
        throw new NotSupportedException($"A tensor has no elements of type {type.Name}.");
    }
}
