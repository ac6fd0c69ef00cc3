namespace Microsoft.ML.Avsr.Training;

/// <summary>Independent random streams of one seed, so that one use of randomness never shifts another.</summary>
internal static class RandomStreams
{
    /// <summary>A stream.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="name">What the stream is for.</param>
    /// <param name="index">A counter, for example an epoch.</param>
    public static Random Create(int seed, string name, int index = 0) => new(Seed(seed, name, index));

    /// <summary>The seed of a stream, not negative.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="name">What the stream is for.</param>
    /// <param name="index">A counter, for example a step.</param>
    public static int Seed(int seed, string name, int index = 0)
    {
        // FNV-1a: string.GetHashCode differs from process to process.
        var hash = 14695981039346656037UL;
        foreach (var c in $"{seed}/{name}/{index}")
            hash = (hash ^ c) * 1099511628211UL;
        return (int)(hash ^ (hash >> 32)) & int.MaxValue;
    }
}
