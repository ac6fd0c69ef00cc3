namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>Limits for reading PyTorch files.</summary>
public sealed record TorchPickleOptions
{
    /// <summary>Key of the dictionary that holds the tensors (<c>model</c>, <c>state_dict</c>, ...); null finds it.</summary>
    public string? StateDictionary { get; init; }

    /// <summary>Most memory, in bytes, that the file's objects (not its tensors) may take.</summary>
    public long MaxObjectBytes { get; init; } = 32L << 20;

    /// <summary>Most entries of the pickle machine's stack.</summary>
    public int MaxStack { get; init; } = 300_000;

    /// <summary>Longest string, byte string or whole number, in bytes.</summary>
    public int MaxStringBytes { get; init; } = 8 << 20;

    /// <summary>Largest tensor, in bytes, that may be bigger than the storage it views (an expanded tensor repeats its elements).</summary>
    public long MaxExpandedBytes { get; init; } = 16L << 20;
}
