using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.ML.Avsr.Recognition;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Training;

/// <summary>
/// The checkpoints of one run: plain safetensors files whose metadata hold the state and a SHA-256 over state and numbers. A file is written
/// under another name, flushed and renamed, so a kill or a full disk leaves the older ones as they were.
/// </summary>
internal sealed class TrainingCheckpoints(CheckpointOptions options)
{
    private const string StateKey = "avsr.state";
    private const string DigestKey = "avsr.sha256";
    private const string Pattern = "checkpoint-*.safetensors";
    private static readonly JsonSerializerOptions s_json = new(AvsrModelSerializer.Json) { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    /// <summary>The newest file that this run wrote or read, or null.</summary>
    public string? Newest { get; private set; }

    /// <summary>The checkpoints in the folder, newest first.</summary>
    public string[] Files() => !Directory.Exists(options.Directory) ? []
        : [.. Directory.GetFiles(options.Directory, Pattern).OrderDescending(StringComparer.Ordinal)];

    /// <summary>Options as a state stores them.</summary>
    public static JsonElement Serialize(AvsrTrainerOptions trainer) => JsonSerializer.SerializeToElement(trainer, s_json);

    /// <summary>Removes what an earlier run left.</summary>
    public void Clear()
    {
        foreach (var file in Files())
            File.Delete(file);
    }

    /// <summary>Writes a checkpoint and removes those that need not be kept.</summary>
    /// <param name="state">The state.</param>
    /// <param name="tensors">Weights and the optimiser's moments.</param>
    /// <exception cref="IOException">The disk is full or the folder cannot be written; older checkpoints are untouched.</exception>
    public void Write(TrainingState state, IReadOnlyDictionary<string, Tensor> tensors)
    {
        var json = JsonSerializer.Serialize(state, s_json);
        var metadata = new Dictionary<string, string> { [StateKey] = json, [DigestKey] = Digest(json, tensors) };
        var path = Path.Combine(options.Directory, string.Create(CultureInfo.InvariantCulture, $"checkpoint-{state.GlobalStep:D9}-{state.Stage}.safetensors"));
        try
        {
            AtomicFile.Write(path, stream =>
            {
                var target = options.Wrap?.Invoke(stream) ?? stream;
                SafetensorsWriter.Write(target, tensors, metadata);
            });
        }
        catch (IOException e)
        {
            throw new IOException($"The checkpoint '{path}' cannot be written: {e.Message} Older checkpoints are untouched; free space, then start the run again to go on.", e);
        }
        Newest = path;
        Prune();
    }

    /// <summary>Opens the newest whole checkpoint.</summary>
    /// <returns>Its state and tensors, which the caller disposes, or null when there is none.</returns>
    public (TrainingState State, SafetensorsReader Tensors)? OpenNewest()
    {
        // What a kill in the middle of a write left.
        if (Directory.Exists(options.Directory))
        {
            foreach (var torn in Directory.GetFiles(options.Directory, Pattern + ".*.tmp"))
                File.Delete(torn);
        }
        foreach (var file in Files())
        {
            if (TryOpen(file) is { } opened)
            {
                Newest = file;
                return opened;
            }
        }
        return null;
    }

    /// <summary>The whole checkpoint with the lowest smoothed loss of the last stage reached, or null.</summary>
    public string? Best() => Candidates(Files()).OrderByDescending(c => c.State.Stage).ThenBy(c => c.State.Loop?.Smoothed ?? double.MaxValue)
        .ThenByDescending(c => c.File, StringComparer.Ordinal).Select(c => c.File).FirstOrDefault();

    /// <summary>Opens a checkpoint, checking every byte.</summary>
    /// <param name="file">The file.</param>
    /// <returns>State and tensors, or null when it is torn, changed, or none of ours.</returns>
    public static (TrainingState State, SafetensorsReader Tensors)? TryOpen(string file)
    {
        SafetensorsReader? reader = null;
        try
        {
            reader = new SafetensorsReader(file);
            if (ReadState(reader) is { } found && found.Digest == Digest(found.Json, reader))
                return (found.State, reader);
        }
        catch (Exception e) when (e is CheckpointException or JsonException or IOException)
        {
            // Torn by a full disk or by something else than this class: the next older one serves.
        }
        reader?.Dispose();
        return null;
    }

    private static (TrainingState State, string Json, string Digest)? ReadState(SafetensorsReader reader) =>
        reader.Metadata.TryGetValue(StateKey, out var json) && reader.Metadata.TryGetValue(DigestKey, out var digest)
            && JsonSerializer.Deserialize<TrainingState>(json, s_json) is { Version: 1 } state
            ? (state, json, digest) : null;

    private void Prune()
    {
        var files = Files();
        if (files.Length <= options.KeepLast)
            return;
        var best = options.KeepBest ? Best() : null;
        foreach (var file in files.Skip(options.KeepLast).Where(f => f != best))
            File.Delete(file);
    }

    // Only headers are read: choosing the best must not cost a pass over every file.
    private static IEnumerable<(string File, TrainingState State)> Candidates(string[] files)
    {
        foreach (var file in files)
        {
            TrainingState? state = null;
            try
            {
                using var reader = new SafetensorsReader(file);
                state = ReadState(reader)?.State;
            }
            catch (Exception e) when (e is CheckpointException or JsonException or IOException)
            {
                // Not a candidate.
            }
            if (state is not null)
                yield return (file, state);
        }
    }

    private static string Digest(string json, IReadOnlyDictionary<string, Tensor> tensors)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(json));
        foreach (var (name, tensor) in tensors.OrderBy(t => t.Key, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"\n{name}\n"));
            TensorBytes.Visit(tensor, hash.AppendData);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static string Digest(string json, SafetensorsReader reader)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(json));
        foreach (var name in reader.Entries.Keys.Order(StringComparer.Ordinal))
        {
            using var tensor = reader.Read(name);
            hash.AppendData(Encoding.UTF8.GetBytes($"\n{name}\n"));
            TensorBytes.Visit(tensor, hash.AppendData);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
