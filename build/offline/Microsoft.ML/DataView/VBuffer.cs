using System.Collections;

namespace Microsoft.ML.Data;

/// <summary>A vector value, dense or sparse. Its arrays may be reused by whoever fills it again.</summary>
public readonly struct VBuffer<T> : IEnumerable
{
    private readonly T[] _values;
    private readonly int[] _indices;
    private readonly int _count;

    public readonly int Length;

    public VBuffer(int length, T[] values, int[] indices = null)
    {
        if (length < 0 || (values?.Length ?? 0) < length)
            throw new ArgumentOutOfRangeException(nameof(length), length, $"A dense vector of this length needs as many values; there are {values?.Length ?? 0}.");
        Length = _count = length;
        _values = values;
        _indices = indices;
    }

    public VBuffer(int length, int count, T[] values, int[] indices)
    {
        if (length < 0)
            throw new ArgumentOutOfRangeException(nameof(length), length, "A vector's length cannot be negative.");
        if (count < 0 || count > length || count > (values?.Length ?? 0))
            throw new ArgumentOutOfRangeException(nameof(count), count, $"The count of stored values is 0 to {Math.Min(length, values?.Length ?? 0)}.");
        if (count < length && count > (indices?.Length ?? 0))
            throw new ArgumentException("A sparse vector needs an index for each stored value.", nameof(indices));
        Length = length;
        _count = count;
        _values = values;
        _indices = indices;
    }

    public bool IsDense => _count == Length;

    public ReadOnlySpan<T> GetValues() => _values.AsSpan(0, _count);
    public ReadOnlySpan<int> GetIndices() => IsDense ? default : _indices.AsSpan(0, _count);

    internal T[] ValueArray => _values;
    internal int[] IndexArray => _indices;

    public void CopyToDense(ref VBuffer<T> destination)
    {
        var editor = VBufferEditor.Create(ref destination, Length);
        CopyTo(editor.Values);
        destination = editor.Commit();
    }

    public void CopyTo(ref VBuffer<T> destination)
    {
        var editor = VBufferEditor.Create(ref destination, Length, _count);
        GetValues().CopyTo(editor.Values);
        if (!IsDense)
            GetIndices().CopyTo(editor.Indices);
        destination = editor.Commit();
    }

    public void CopyTo(ref VBuffer<T> destination, int sourceIndex, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sourceIndex);
        if (length < 0 || length > Length - sourceIndex)
            throw new ArgumentOutOfRangeException(nameof(length), length, $"The range ends behind the vector's length {Length}.");
        var dense = new T[length];
        foreach (var (index, value) in Stored())
            if (index >= sourceIndex && index < sourceIndex + length)
                dense[index - sourceIndex] = value;
        destination = new VBuffer<T>(length, dense);
    }

    public void CopyTo(Span<T> destination) => CopyTo(destination, 0);

    public void CopyTo(Span<T> destination, int destinationIndex, T defaultValue = default)
    {
        var target = destination.Slice(destinationIndex, Length);
        if (IsDense)
        {
            GetValues().CopyTo(target);
            return;
        }
        target.Fill(defaultValue);
        var values = GetValues();
        var indices = GetIndices();
        for (var i = 0; i < values.Length; i++)
            target[indices[i]] = values[i];
    }

    public static void Copy(T[] source, int sourceIndex, ref VBuffer<T> destination, int length)
    {
        var editor = VBufferEditor.Create(ref destination, length);
        source.AsSpan(sourceIndex, length).CopyTo(editor.Values);
        destination = editor.Commit();
    }

    public IEnumerable<KeyValuePair<int, T>> Items(bool all = false)
    {
        if (!all || IsDense)
            return Stored().Select(item => KeyValuePair.Create(item.Index, item.Value));
        return DenseValues().Select((value, index) => KeyValuePair.Create(index, value));
    }

    public IEnumerable<T> DenseValues()
    {
        var dense = new T[Length];
        CopyTo(dense);
        return dense;
    }

    public void GetItemOrDefault(int index, ref T destination) => destination = GetItemOrDefault(index);

    public T GetItemOrDefault(int index)
    {
        if ((uint)index >= (uint)Length)
            throw new ArgumentOutOfRangeException(nameof(index), index, $"The vector has {Length} items.");
        if (IsDense)
            return _values[index];
        var slot = Array.BinarySearch(_indices, 0, _count, index);
        return slot < 0 ? default : _values[slot];
    }

    public IEnumerator GetEnumerator() => DenseValues().GetEnumerator();

    public override string ToString() => IsDense ? $"Dense vector of size {Length}" : $"Sparse vector of size {Length}, {_count} explicit values";

    private IEnumerable<(int Index, T Value)> Stored()
    {
        for (var i = 0; i < _count; i++)
            yield return (IsDense ? i : _indices[i], _values[i]);
    }
}
