using System.Collections;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TorchSharp.Utils;

/// <summary>The elements of a CPU tensor in logical (row-major) order, whatever its strides.</summary>
public sealed unsafe class TensorAccessor<T> : IDisposable, IEnumerable<T>
{
    private readonly torch.Tensor _tensor;
    private readonly long[] _shape;
    private readonly long[] _strides;
    private readonly bool _contiguous;

    internal TensorAccessor(torch.Tensor tensor)
    {
        _tensor = tensor; // keeps the memory alive
        _shape = tensor.shape;
        _strides = tensor.stride();
        _contiguous = tensor.is_contiguous();
    }

    public long Count => _tensor.NumberOfElements;

    public bool IsReadOnly => false;

    private void* Pointer => (void*)_tensor.DataPointer();

    /// <summary>One element, by its index in each dimension, or by its position in row-major order.</summary>
    public T this[params long[] indices]
    {
        get
        {
            var value = At(Pointer, Offset(indices));
            GC.KeepAlive(_tensor);
            return value;
        }

        set
        {
            At(Pointer, Offset(indices)) = value;
            GC.KeepAlive(_tensor);
        }
    }

    public T[] ToArray()
    {
        var result = new T[Count];
        CopyTo(result.AsSpan());
        return result;
    }

    public Array ToNDArray()
    {
        if (_shape.Length == 0)
            return ToArray();
        var result = Array.CreateInstance(typeof(T), _shape);
        T[] values = ToArray();
        ref var first = ref Unsafe.As<byte, T>(ref MemoryMarshal.GetArrayDataReference(result));
        values.CopyTo(MemoryMarshal.CreateSpan(ref first, values.Length));
        return result;
    }

    public void CopyTo(T[] array, int arrayIndex = 0, long tensorIndex = 0) => CopyTo(array.AsSpan(), arrayIndex, tensorIndex);

    /// <summary>Copies the elements from tensorIndex on to the array from arrayIndex on, as many as both have.</summary>
    public void CopyTo(Span<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        var target = array[arrayIndex..];
        int length = (int)Math.Min(target.Length, Count - tensorIndex);
        if (length <= 0)
            return;
        if (_contiguous)
        {
            new Span<T>(Unsafe.AsPointer(ref At(Pointer, tensorIndex)), length).CopyTo(target);
        }
        else
        {
            void* pointer = Pointer;
            for (int i = 0; i < length; i++)
                target[i] = At(pointer, StridedOffset(tensorIndex + i));
        }
        GC.KeepAlive(_tensor);
    }

    public void CopyFrom(T[] array, int arrayIndex = 0, long tensorIndex = 0) => CopyFrom(array.AsSpan(), arrayIndex, tensorIndex);

    public void CopyFrom(ReadOnlySpan<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        var source = array[arrayIndex..];
        int length = (int)Math.Min(source.Length, Count - tensorIndex);
        void* pointer = Pointer;
        for (int i = 0; i < length; i++)
            At(pointer, _contiguous ? tensorIndex + i : StridedOffset(tensorIndex + i)) = source[i];
        GC.KeepAlive(_tensor);
    }

    public IEnumerator<T> GetEnumerator()
    {
        for (long i = 0; i < Count; i++)
            yield return Element(i);
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public void Dispose()
    {
    }

    // T has no constraint in the real library, so elements are reached by reference instead of through a T*.
    private static ref T At(void* pointer, long offset) => ref Unsafe.Add(ref Unsafe.AsRef<T>(pointer), (nint)offset);

    private T Element(long position)
    {
        var value = At(Pointer, _contiguous ? position : StridedOffset(position));
        GC.KeepAlive(_tensor);
        return value;
    }

    private long Offset(long[] indices)
    {
        if (indices.Length == 1)
        {
            if (indices[0] < 0 || indices[0] >= Count)
                throw new IndexOutOfRangeException($"Index {indices[0]} is outside a tensor of {Count} elements.");
            return _contiguous ? indices[0] : StridedOffset(indices[0]);
        }
        if (indices.Length != _shape.Length)
            throw new ArgumentException($"Got {indices.Length} indices for a tensor of {_shape.Length} dimensions.", nameof(indices));
        long offset = 0;
        for (int i = 0; i < indices.Length; i++)
        {
            if (indices[i] < 0 || indices[i] >= _shape[i])
                throw new IndexOutOfRangeException($"Index {indices[i]} is outside dimension {i} of size {_shape[i]}.");
            offset += indices[i] * _strides[i];
        }
        return offset;
    }

    private long StridedOffset(long position)
    {
        long offset = 0;
        for (int i = _shape.Length - 1; i >= 0; i--)
        {
            offset += position % _shape[i] * _strides[i];
            position /= _shape[i];
        }
        return offset;
    }
}
