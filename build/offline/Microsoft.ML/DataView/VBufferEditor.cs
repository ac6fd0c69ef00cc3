namespace Microsoft.ML.Data;

/// <summary>Makes editors that write into a vector's own arrays, so that a loop over rows does not allocate.</summary>
public static class VBufferEditor
{
    public static VBufferEditor<T> CreateFromBuffer<T>(ref VBuffer<T> destination)
    {
        var count = destination.GetValues().Length;
        return new VBufferEditor<T>(destination.Length, count, destination.ValueArray, destination.IndexArray, false, false, false);
    }

    public static VBufferEditor<T> Create<T>(ref VBuffer<T> destination, int newLogicalLength, int? valuesCount = null,
        int? maxValuesCapacity = null, bool keepOldOnResize = false, bool requireIndicesOnDense = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(newLogicalLength);
        var count = valuesCount ?? newLogicalLength;
        if (count < 0 || count > newLogicalLength)
            throw new ArgumentOutOfRangeException(nameof(valuesCount), count, $"The count of stored values is 0 to {newLogicalLength}.");

        var values = destination.ValueArray;
        var newValues = Ensure(ref values, count, keepOldOnResize);
        var indices = destination.IndexArray;
        var newIndices = (count < newLogicalLength || requireIndicesOnDense) && Ensure(ref indices, count, keepOldOnResize);
        return new VBufferEditor<T>(newLogicalLength, count, values, indices, requireIndicesOnDense, newValues, newIndices);
    }

    private static bool Ensure<TItem>(ref TItem[] array, int count, bool keep)
    {
        if (array is not null && array.Length >= count)
            return false;
        if (keep && array is not null)
            Array.Resize(ref array, count);
        else
            array = new TItem[count];
        return true;
    }
}

/// <summary>Write access to the arrays of the vector that <see cref="Commit"/> returns.</summary>
public readonly ref struct VBufferEditor<T>
{
    private readonly int _length;
    private readonly T[] _values;
    private readonly int[] _indices;

    public readonly Span<T> Values;
    public readonly Span<int> Indices;

    internal VBufferEditor(int logicalLength, int physicalValuesCount, T[] values, int[] indices, bool requireIndicesOnDense, bool createdNewValues, bool createdNewIndices)
    {
        _length = logicalLength;
        _values = values;
        _indices = indices;
        Values = values.AsSpan(0, physicalValuesCount);
        Indices = physicalValuesCount < logicalLength || requireIndicesOnDense ? indices.AsSpan(0, physicalValuesCount) : default;
        CreatedNewValues = createdNewValues;
        CreatedNewIndices = createdNewIndices;
    }

    public bool CreatedNewValues { get; }
    public bool CreatedNewIndices { get; }

    public VBuffer<T> Commit() => new(_length, Values.Length, _values, _indices);

    public VBuffer<T> CommitTruncated(int physicalValuesCount)
    {
        if (physicalValuesCount < 0 || physicalValuesCount > Values.Length)
            throw new ArgumentOutOfRangeException(nameof(physicalValuesCount), physicalValuesCount, $"The editor holds {Values.Length} values.");
        return new VBuffer<T>(_length, physicalValuesCount, _values, _indices);
    }
}
