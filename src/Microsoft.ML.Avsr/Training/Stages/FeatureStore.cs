using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.Avsr.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Training;

/// <summary>
/// Features on disk, a file per clip and variation, under the hash of the clip, the encoder and the variation: a second run with the same
/// encoder does not encode again.
/// </summary>
/// <param name="folder">Where the files are; several runs may share it.</param>
internal sealed class FeatureStore(string folder)
{
    private const string TensorName = "features";

    /// <summary>Identifies an encoder by its weights and settings.</summary>
    /// <param name="encoder">The encoder.</param>
    /// <param name="settings">What else shapes its features: compression, rates, front end.</param>
    public static string HashOf(nn.Module encoder, string settings)
    {
        using var scope = NewDisposeScope();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(settings));
        foreach (var (name, tensor) in encoder.state_dict().OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"\n{name}\n"));
            TensorBytes.Visit(tensor, hash.AppendData);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The key of one clip's features.</summary>
    /// <param name="clip">Hash of the clip.</param>
    /// <param name="encoder">Hash of the encoder.</param>
    /// <param name="variation">What was done to the clip.</param>
    public static string Key(string clip, string encoder, string variation) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{clip}\n{encoder}\n{variation}")));

    /// <summary>Reads features.</summary>
    /// <param name="key">Their key.</param>
    /// <returns>[time, width] row by row, or null where there are none that can be read.</returns>
    public (float[] Values, int Time, int Width)? Read(string key)
    {
        var path = PathOf(key);
        if (!File.Exists(path))
            return null;
        try
        {
            using var reader = new SafetensorsReader(path);
            using var tensor = reader.Read(TensorName, ScalarType.Float32);
            return tensor.dim() == 2 ? (tensor.data<float>().ToArray(), (int)tensor.size(0), (int)tensor.size(1)) : null;
        }
        catch (CheckpointException)
        {
            return null; // not ours or damaged: computed and written again
        }
    }

    /// <summary>Writes features, as a whole or not at all.</summary>
    /// <param name="key">Their key.</param>
    /// <param name="values">[time, width] row by row.</param>
    /// <param name="width">Features per step.</param>
    public void Write(string key, float[] values, int width)
    {
        using var tensor = torch.tensor(values, [values.Length / width, width]);
        SafetensorsWriter.Write(PathOf(key), new Dictionary<string, Tensor> { [TensorName] = tensor });
    }

    // Two characters of the key make a folder: a flat one with a million files is slow on many file systems.
    private string PathOf(string key) => Path.Combine(folder, key[..2], key + ".safetensors");
}
