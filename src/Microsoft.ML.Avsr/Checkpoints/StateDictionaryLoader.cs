using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>
/// Copies weights from a file into a module's parameters and buffers. Numbers go straight from the file into the module's memory,
/// converted to its element type on the way, so no tensor is held twice.
/// </summary>
public static class StateDictionaryLoader
{
    /// <summary>Loads a module.</summary>
    /// <param name="module">Destination, on a real device. Tied parameters (one memory under two keys) need only one of their keys.</param>
    /// <param name="source">The weights.</param>
    /// <param name="mapName">Turns a module key into a source key; null skips the key. No map means the same names.</param>
    /// <param name="strict">True refuses missing and unexpected keys, listing them by name; false only reports them.</param>
    /// <returns>Which keys were loaded, missing, unexpected and skipped.</returns>
    /// <exception cref="CheckpointException">A shape or element type does not fit, or in strict mode keys are missing or left over.</exception>
    public static LoadReport Load(Module module, ITensorSource source, Func<string, string?>? mapName = null, bool strict = true)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(source);
        List<string> loaded = [], skipped = [];
        List<(string Key, string Source, Tensor Tensor)> absent = [];
        var used = new HashSet<string>(StringComparer.Ordinal);
        var filled = new HashSet<(nint, long)>();
        var instances = new HashSet<object>(ReferenceEqualityComparer.Instance); // tensors must not be hashed by content
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        foreach (var (key, tensor) in module.state_dict())
        {
            var name = mapName is null ? key : mapName(key);
            if (name is null)
            {
                skipped.Add(key);
            }
            else if (source.Entries.ContainsKey(name))
            {
                source.CopyTo(name, tensor);
                used.Add(name);
                loaded.Add(key);
                instances.Add(tensor);
                if (TensorMemory.Of(tensor) is { } memory)
                    filled.Add(memory);
            }
            else
            {
                absent.Add((key, name, tensor));
            }
        }
        List<string> missing = [];
        foreach (var (key, name, tensor) in absent)
        {
            // The output layer of a tied Llama is in no file: its memory was filled under the embedding's key.
            if (instances.Contains(tensor) || (TensorMemory.Of(tensor) is { } memory && filled.Contains(memory)))
                loaded.Add(key);
            else
                missing.Add(name == key ? key : $"{key} (as {name})");
        }
        // A state dictionary lists a tied parameter once, a file may name it twice (Llama's embedding and output layer).
        bool IsTied(string name) => mapName is null && module.has_parameter(name);
        var unexpected = source.Entries.Keys.Where(name => !used.Contains(name) && !IsTied(name)).Order(StringComparer.Ordinal).ToArray();
        var report = new LoadReport(loaded, missing, unexpected, skipped);
        if (strict && !report.IsExact)
        {
            var parts = new List<string>();
            if (missing.Count > 0)
                parts.Add($"{missing.Count} missing: {LoadReport.List(missing)}");
            if (unexpected.Length > 0)
                parts.Add($"{unexpected.Length} unexpected: {LoadReport.List(unexpected)}");
            throw new CheckpointException(source.Location, null, $"the tensors are not those of {module.GetName()}; {string.Join("; ", parts)}");
        }
        return report;
    }
}
