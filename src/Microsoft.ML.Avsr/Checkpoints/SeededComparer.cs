namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>
/// Hashes keys from files with a seed of this process. A number's own hash is the number, so a file could choose keys that all fall
/// into one bucket and make every lookup a search.
/// </summary>
internal sealed class SeededComparer : IEqualityComparer<object>, IEqualityComparer<long>
{
    public static SeededComparer Instance { get; } = new();

    public new bool Equals(object? x, object? y) => object.Equals(x, y);

    public int GetHashCode(object obj) => HashCode.Combine(obj);

    public bool Equals(long x, long y) => x == y;

    public int GetHashCode(long obj) => HashCode.Combine(obj);
}
