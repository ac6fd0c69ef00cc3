using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.Avsr.Checkpoints;

namespace Microsoft.ML.Avsr.Accuracy;

/// <summary>Finished runs on disk, a file each, written as a whole or not at all.</summary>
/// <param name="folder">The folder of all series of a corpus.</param>
internal sealed class RunStore(string folder)
{
    private const string Prefix = "run-";

    /// <summary>How results are written everywhere.</summary>
    public static JsonSerializerOptions Json { get; } = new()
    {
        Converters = { new JsonStringEnumConverter() },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        IncludeFields = true, // value tuples
    };

    /// <summary>The folder of a seed.</summary>
    public string Seed(string series, int seed) => Path.Combine(folder, series, FormattableString.Invariant($"seed-{seed}"));

    /// <summary>A finished run, or null.</summary>
    /// <exception cref="InvalidDataException">The file is not a run.</exception>
    public RunResult? Find(string series, int seed, ProjectorChoice projector) =>
        PathOf(series, seed, projector) is var path && File.Exists(path) ? Read(path) : null;

    /// <summary>Claims a run, so that several processes can share the work; ended with the process, however that ends.</summary>
    /// <returns>The claim; null where another process has it.</returns>
    public FileStream? Claim(string series, int seed, ProjectorChoice projector)
    {
        Directory.CreateDirectory(Seed(series, seed));
        try
        {
            return new FileStream(Path.ChangeExtension(PathOf(series, seed, projector), ".claim"), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Keeps a finished run.</summary>
    public void Write(string series, RunResult run) => AtomicFile.WriteText(PathOf(series, run.Seed, run.Projector), JsonSerializer.Serialize(run, Json) + "\n");

    /// <summary>All finished runs.</summary>
    /// <exception cref="InvalidDataException">A file is not a run.</exception>
    public IReadOnlyList<RunResult> All() => !Directory.Exists(folder) ? []
        : [.. Directory.EnumerateFiles(folder, Prefix + "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(Read)];

    private static RunResult Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<RunResult>(File.ReadAllText(path), Json) ?? throw new JsonException("it is null");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path} is not a finished run ({e.Message}). Remove it to run it again.", e);
        }
    }

    private string PathOf(string series, int seed, ProjectorChoice projector) => Path.Combine(Seed(series, seed), $"{Prefix}{projector.FileName}.json");
}
