using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>A source seen under other names.</summary>
internal sealed class RenamedTensorSource : ITensorSource
{
    private readonly ITensorSource _inner;
    private readonly bool _leaveOpen;
    private readonly Dictionary<string, string> _originals = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TensorEntry> _entries = new(StringComparer.Ordinal);

    public RenamedTensorSource(ITensorSource inner, Func<string, string?> rename, bool leaveOpen)
    {
        _inner = inner;
        _leaveOpen = leaveOpen;
        foreach (var entry in inner.Entries.Values)
        {
            if (rename(entry.Name) is not { } name)
                continue;
            if (!_originals.TryAdd(name, entry.Name))
                throw new CheckpointException(inner.Location, entry.Name, $"both this tensor and '{_originals[name]}' would be named '{name}'");
            _entries.Add(name, entry with { Name = name });
        }
    }

    public string Location => _inner.Location;

    public IReadOnlyDictionary<string, TensorEntry> Entries => _entries;

    public Tensor Read(string name, ScalarType? dtype = null) => _inner.Read(Original(name), dtype);

    public void CopyTo(string name, Tensor destination) => _inner.CopyTo(Original(name), destination);

    public void Dispose()
    {
        if (!_leaveOpen)
            _inner.Dispose();
    }

    private string Original(string name) => _originals[this.Find(name).Name];
}
