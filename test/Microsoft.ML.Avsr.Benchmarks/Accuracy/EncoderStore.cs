using System.Text.Json;
using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;

namespace Microsoft.ML.Avsr.Accuracy;

/// <summary>
/// The encoders of each seed, on disk. They do not depend on how long projector and language model train, so benchmarks that differ only in that share them.
/// </summary>
/// <param name="folder">The folder of all encoders of a corpus.</param>
internal sealed class EncoderStore(string folder)
{
    /// <summary>The folder of a seed's encoders.</summary>
    public string Folder(string encoders, int seed) => Path.Combine(folder, encoders, FormattableString.Invariant($"seed-{seed}"));

    /// <summary>How finished encoders were trained, or null where there are none.</summary>
    /// <exception cref="InvalidDataException">The record is damaged.</exception>
    public IReadOnlyList<StageRecord>? Find(string encoders, int seed)
    {
        var path = RecordOf(encoders, seed);
        if (!File.Exists(path))
            return null;
        try
        {
            return JsonSerializer.Deserialize<StageRecord[]>(File.ReadAllText(path), RunStore.Json) ?? throw new JsonException("it is null");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path} does not say how encoders were trained ({e.Message}). Remove its folder to train them again.", e);
        }
    }

    /// <summary>Keeps the encoders of a model. The record is written last: without it they do not count as finished.</summary>
    public void Write(string encoders, int seed, AvsrModel model, IReadOnlyList<StageRecord> stages)
    {
        AvsrModelFolder.Save(Folder(encoders, seed), model);
        AtomicFile.WriteText(RecordOf(encoders, seed), JsonSerializer.Serialize(stages, RunStore.Json) + "\n");
    }

    private string RecordOf(string encoders, int seed) => Path.Combine(Folder(encoders, seed), "stages.json");
}
