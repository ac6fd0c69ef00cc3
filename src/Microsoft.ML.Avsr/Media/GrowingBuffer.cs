namespace Microsoft.ML.Avsr.Media;

/// <summary>An array that grows by half as it fills, up to a limit; the result is not copied.</summary>
internal sealed class GrowingBuffer<T>(int expected, int limit)
    where T : unmanaged
{
    private T[] _items = new T[Math.Clamp(expected, 0, limit)];

    internal int Count { get; private set; }

    /// <summary>The free span for the next <paramref name="count"/> items, or an empty one where the limit would be exceeded.</summary>
    internal Span<T> Reserve(int count)
    {
        if (count > limit - Count)
            return default;
        if (Count + count > _items.Length)
            Array.Resize(ref _items, (int)Math.Min(limit, Math.Max(Count + (long)count, _items.Length + (long)_items.Length / 2)));
        return _items.AsSpan(Count, count);
    }

    /// <summary>Keeps the first <paramref name="count"/> reserved items.</summary>
    internal void Commit(int count) => Count += count;

    internal ReadOnlyMemory<T> Items => _items.AsMemory(0, Count);
}
