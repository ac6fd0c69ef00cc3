namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>How a PyTorch file is put together.</summary>
public enum TorchContainer
{
    /// <summary>A zip archive of stored entries (PyTorch 1.6 and later).</summary>
    Zip,
    /// <summary>Five pickles one after the other, then the numbers (before PyTorch 1.6).</summary>
    Legacy,
}
