using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>A folder's weights that are spread over several files by an index (<c>model.safetensors.index.json</c>).</summary>
internal sealed class ShardedTensorSource : ITensorSource
{
    private const int MaxShards = 2048;

    private readonly Dictionary<string, ITensorSource> _shards = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ITensorSource> _owners = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TensorEntry> _entries = new(StringComparer.Ordinal);

    public ShardedTensorSource(string indexPath)
    {
        Location = indexPath;
        try
        {
            Open(JsonFile.Read(indexPath));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Location { get; }

    public IReadOnlyDictionary<string, TensorEntry> Entries => _entries;

    /// <summary>The files beside the index, in order of their names.</summary>
    public IEnumerable<string> ShardNames => _shards.Keys.Order(StringComparer.Ordinal);

    public Tensor Read(string name, ScalarType? dtype = null) => _owners[this.Find(name).Name].Read(name, dtype);

    public void CopyTo(string name, Tensor destination) => _owners[this.Find(name).Name].CopyTo(name, destination);

    public void Dispose()
    {
        foreach (var shard in _shards.Values)
            shard.Dispose();
    }

    private void Open(JsonElement index)
    {
        if (!index.TryGetProperty("weight_map", out var map) || map.ValueKind != JsonValueKind.Object)
            throw new CheckpointException(Location, "weight_map", "the index must have an object of this name, from tensor to file");
        var folder = Path.GetDirectoryName(Path.GetFullPath(Location))!;
        foreach (var item in map.EnumerateObject())
        {
            var file = item.Value.ValueKind == JsonValueKind.String ? item.Value.GetString()! : "";
            if (!_shards.TryGetValue(file, out var shard))
            {
                CheckShardName(item.Name, file);
                if (_shards.Count == MaxShards)
                    throw new CheckpointException(Location, item.Name, $"the index names more than {MaxShards} files");
                var path = Path.Combine(folder, file);
                if (!File.Exists(path))
                    throw new CheckpointException(Location, item.Name, $"its file '{CheckpointException.Shorten(file)}' is not in the folder");
                shard = HuggingFaceFolder.OpenWeights(path);
                _shards.Add(file, shard);
            }
            if (!shard.Entries.TryGetValue(item.Name, out var entry))
                throw new CheckpointException(Location, item.Name, $"the index places it in '{file}', which has no such tensor");
            if (!_entries.TryAdd(item.Name, entry))
                throw new CheckpointException(Location, item.Name, "appears twice in weight_map");
            _owners.Add(item.Name, shard);
        }
    }

    // A shard is a plain file name: anything with a separator, a drive or a parent could leave the folder.
    private void CheckShardName(string tensor, string file)
    {
        var plain = file.Length is > 0 and <= 255 && file.AsSpan().IndexOfAny("/\\:\0") < 0 && file is not ("." or "..") && !Path.IsPathRooted(file);
        var known = file.EndsWith(".safetensors", StringComparison.Ordinal) || file.EndsWith(".bin", StringComparison.Ordinal);
        if (!plain || !known)
            throw new CheckpointException(Location, tensor, $"'{CheckpointException.Shorten(file)}' is not allowed: a shard is the plain name of a .safetensors or .bin file in the same folder");
    }
}
