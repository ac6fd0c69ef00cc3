using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace TorchSharp;

/// <summary>
/// The one way into libtorch's operators. It roots every operand until the native call has returned, and turns
/// C++ exceptions into <see cref="ExternalException"/>: no wrapper above it has to.
/// </summary>
internal static unsafe class Op
{
    private const int InlineWords = 64;
    private const int InlineResults = 4;

    internal static OpHandle Find(string name, string overload = "") => new(name, overload);

    internal static bool Exists(string name, string overload = "") => new OpHandle(name, overload).Exists;

    /// <summary>Calls an operator with one tensor result.</summary>
    internal static torch.Tensor Call(OpHandle op, params ReadOnlySpan<Arg> args)
    {
        NativeValue result;
        int count = Invoke(op, args, &result, 1);
        if (count != 1 || result.Tag != NativeTag.Tensor)
            throw new InvalidOperationException($"{op.Name} did not return one tensor.");
        return new torch.Tensor((IntPtr)result.Bits);
    }

    /// <summary>Calls an operator with several results, flattened; a result that is None is null.</summary>
    internal static torch.Tensor[] CallMany(OpHandle op, params ReadOnlySpan<Arg> args)
    {
        var inline = stackalloc NativeValue[InlineResults];
        int count = Invoke(op, args, inline, InlineResults);
        var tensors = new torch.Tensor[count];
        for (int i = 0; i < Math.Min(count, InlineResults); i++)
            tensors[i] = Wrap(inline[i]);
        if (count > InlineResults)
        {
            var rest = new NativeValue[count - InlineResults];
            fixed (NativeValue* pointer = rest)
                NativeMethods.avsr_op_rest(pointer);
            for (int i = 0; i < rest.Length; i++)
                tensors[InlineResults + i] = Wrap(rest[i]);
        }
        return tensors;

        static torch.Tensor Wrap(NativeValue value) => value.Tag == NativeTag.Tensor ? new torch.Tensor((IntPtr)value.Bits) : null!;
    }

    /// <summary>Calls an operator for its effect (in-place operators return their first operand: that handle is dropped).</summary>
    internal static void CallVoid(OpHandle op, params ReadOnlySpan<Arg> args)
    {
        var inline = stackalloc NativeValue[InlineResults];
        int count = Invoke(op, args, inline, InlineResults);
        for (int i = 0; i < Math.Min(count, InlineResults); i++)
        {
            if (inline[i].Tag == NativeTag.Tensor)
                NativeMethods.avsr_tensor_release((IntPtr)inline[i].Bits);
        }
        if (count > InlineResults)
        {
            var rest = new NativeValue[count - InlineResults];
            fixed (NativeValue* pointer = rest)
                NativeMethods.avsr_op_rest(pointer);
            foreach (var value in rest)
            {
                if (value.Tag == NativeTag.Tensor)
                    NativeMethods.avsr_tensor_release((IntPtr)value.Bits);
            }
        }
    }

    /// <summary>Calls an operator with one number or truth value as its result.</summary>
    internal static Scalar CallScalar(OpHandle op, params ReadOnlySpan<Arg> args)
    {
        NativeValue result;
        Invoke(op, args, &result, 1);
        return Scalar.From(result);
    }

    /// <summary>The operator's signature as libtorch writes it.</summary>
    internal static string Schema(OpHandle op)
    {
        var buffer = new byte[4096];
        fixed (byte* pointer = buffer)
        {
            int length = NativeError.Check(NativeMethods.avsr_op_schema(op.Resolve(), pointer, buffer.Length));
            return Encoding.UTF8.GetString(buffer, 0, Math.Min(length, buffer.Length));
        }
    }

    [SkipLocalsInit]
    private static int Invoke(OpHandle op, ReadOnlySpan<Arg> args, NativeValue* results, int capacity)
    {
        var handle = op.Resolve();
        var values = stackalloc NativeValue[args.Length];
        long* inline = stackalloc long[InlineWords];
        int words = 0;
        foreach (ref readonly var arg in args)
            words += Words(arg);
        long* scratch = words <= InlineWords ? inline : (long*)NativeMemory.Alloc((nuint)words, sizeof(long));
        try
        {
            long* next = scratch;
            for (int i = 0; i < args.Length; i++)
                Marshal(args[i], ref values[i], ref next);
            int count = NativeMethods.avsr_op_call(handle, values, args.Length, results, capacity);
            return count >= 0 ? count : throw NativeError.Take();
        }
        finally
        {
            // Not earlier: a finalizer must not free an operand while libtorch works on it.
            foreach (ref readonly var arg in args)
                GC.KeepAlive(arg.Reference);
            if (scratch != inline)
                NativeMemory.Free(scratch);
        }
    }

    // Room that an operand needs in the scratch area, in 8-byte words.
    private static int Words(in Arg arg) => arg.Tag switch
    {
        NativeTag.TensorList or NativeTag.IntList or NativeTag.DoubleList => arg.Count,
        NativeTag.String => Encoding.UTF8.GetMaxByteCount(((string)arg.Reference!).Length) / sizeof(long) + 1,
        _ => 0,
    };

    private static void Marshal(in Arg arg, ref NativeValue value, ref long* next)
    {
        value = new NativeValue { Tag = arg.Tag, Count = arg.Count, Bits = arg.Bits, Real = arg.Real };
        switch (arg.Tag)
        {
            case NativeTag.Tensor:
                value.Bits = Unsafe.As<torch.Tensor>(arg.Reference!).Handle;
                break;
            case NativeTag.Generator:
                value.Bits = Unsafe.As<torch.Generator>(arg.Reference!).Handle;
                break;
            case NativeTag.TensorList:
                value.Bits = (long)next;
                foreach (var tensor in (torch.Tensor?[])arg.Reference!)
                    *next++ = tensor is null ? 0 : tensor.Handle;
                break;
            case NativeTag.IntList:
                value.Bits = (long)next;
                foreach (long element in (long[])arg.Reference!)
                    *next++ = element;
                break;
            case NativeTag.DoubleList:
                value.Bits = (long)next;
                foreach (double element in (double[])arg.Reference!)
                    *next++ = BitConverter.DoubleToInt64Bits(element);
                break;
            case NativeTag.String:
                var text = (string)arg.Reference!;
                value.Bits = (long)next;
                value.Count = Encoding.UTF8.GetBytes(text, new Span<byte>(next, Encoding.UTF8.GetMaxByteCount(text.Length)));
                next += Words(arg);
                break;
        }
    }
}
