namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>Limits for reading safetensors files. The defaults are the format's own.</summary>
public sealed record SafetensorsOptions
{
    /// <summary>Largest header accepted, in bytes. The format's reference implementation allows 100 million.</summary>
    public int MaxHeaderBytes { get; init; } = 100_000_000;

    /// <summary>Most tensors accepted in one file.</summary>
    public int MaxTensors { get; init; } = 100_000;

    /// <summary>Most dimensions of one tensor.</summary>
    public int MaxDimensions { get; init; } = 32;
}
