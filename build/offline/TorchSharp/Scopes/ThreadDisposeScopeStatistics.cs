namespace TorchSharp;

/// <summary>Counts of the tensors that this thread made.</summary>
public class ThreadDisposeScopeStatistics
{
    public long CreatedInScopeCount { get; internal set; }

    public long CreatedOutsideScopeCount { get; internal set; }
}
