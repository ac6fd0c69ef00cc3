using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>The parts of a <see cref="ModelFolder"/> as one source, with the part's name in front of every tensor. The folder stays open.</summary>
internal sealed class JoinedTensorSource : ITensorSource
{
    private readonly Dictionary<string, (ITensorSource Part, string Name)> _tensors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TensorEntry> _entries = new(StringComparer.Ordinal);

    public JoinedTensorSource(ModelFolder folder)
    {
        Location = folder.Location;
        foreach (var part in folder.Parts)
        {
            var source = folder.Part(part);
            foreach (var entry in source.Entries.Values)
            {
                var name = $"{part}.{entry.Name}";
                if (!_tensors.TryAdd(name, (source, entry.Name)))
                    throw new CheckpointException(Location, name, "two parts have a tensor of this name");
                _entries.Add(name, entry with { Name = name });
            }
        }
    }

    public string Location { get; }

    public IReadOnlyDictionary<string, TensorEntry> Entries => _entries;

    public Tensor Read(string name, ScalarType? dtype = null)
    {
        var (part, inner) = _tensors[this.Find(name).Name];
        return part.Read(inner, dtype);
    }

    public void CopyTo(string name, Tensor destination)
    {
        var (part, inner) = _tensors[this.Find(name).Name];
        part.CopyTo(inner, destination);
    }

    public void Dispose()
    {
    }
}
