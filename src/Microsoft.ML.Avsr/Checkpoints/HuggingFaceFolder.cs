using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>
/// A model folder as Hugging Face lays it out: <c>config.json</c> and the weights in <c>model.safetensors</c>, in shards with an
/// index, or in <c>pytorch_model.bin</c>. Safetensors are preferred where a folder has both.
/// </summary>
public sealed class HuggingFaceFolder : IDisposable
{
    private readonly string[] _files;

    private HuggingFaceFolder(string path, JsonElement config, ITensorSource weights, string[] files)
    {
        Location = path;
        Config = config;
        Weights = weights;
        _files = files;
    }

    /// <summary>Path of the folder.</summary>
    public string Location { get; }

    /// <summary>Content of <c>config.json</c>.</summary>
    public JsonElement Config { get; }

    /// <summary>The tensors under the names that the files use; disposed with the folder.</summary>
    public ITensorSource Weights { get; }

    /// <summary>Opens a folder. Shards never leave it; <c>config.json</c> is limited to 2 MiB.</summary>
    /// <param name="path">The folder.</param>
    /// <returns>The opened folder; tensors are read on demand.</returns>
    /// <exception cref="CheckpointException">A file is missing or breaks a rule.</exception>
    public static HuggingFaceFolder Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!Directory.Exists(path))
            throw new CheckpointException(path, null, "no such folder; give the folder that holds config.json and the weights");
        var configPath = Path.Combine(path, "config.json");
        if (!File.Exists(configPath))
            throw new CheckpointException(path, "config.json", "the folder has no such file");
        var config = JsonFile.Read(configPath);
        string[] singles = ["model.safetensors", "pytorch_model.bin"];
        foreach (var single in singles)
        {
            var file = Path.Combine(path, single);
            if (File.Exists(file))
                return new HuggingFaceFolder(path, config, OpenWeights(file), ["config.json", single]);
            var index = file + ".index.json";
            if (File.Exists(index))
            {
                var sharded = new ShardedTensorSource(index);
                return new HuggingFaceFolder(path, config, sharded, ["config.json", Path.GetFileName(index), .. sharded.ShardNames]);
            }
        }
        throw new CheckpointException(path, null, "the folder has no weights: model.safetensors, model.safetensors.index.json, pytorch_model.bin or pytorch_model.bin.index.json");
    }

    /// <summary>Identifies the folder's content: SHA-256 over the names and SHA-256 of <c>config.json</c> and of each weights file.</summary>
    /// <returns>64 lower-case hexadecimal digits.</returns>
    public string Sha256()
    {
        using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var name in _files)
        {
            using var stream = new FileStream(Path.Combine(Location, name), FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20, FileOptions.SequentialScan);
            all.AppendData(Encoding.UTF8.GetBytes(name + "\n"));
            all.AppendData(SHA256.HashData(stream));
        }
        return Convert.ToHexStringLower(all.GetHashAndReset());
    }

    /// <summary>Closes the weights.</summary>
    public void Dispose() => Weights.Dispose();

    internal static ITensorSource OpenWeights(string path) =>
        path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase) ? new SafetensorsReader(path) : new TorchPickleReader(path);
}
