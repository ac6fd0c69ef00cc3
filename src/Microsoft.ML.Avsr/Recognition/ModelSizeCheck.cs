using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Text;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Recognition;

/// <summary>Refuses an architecture that is larger than its weights, before memory is taken for it.</summary>
internal static class ModelSizeCheck
{
    /// <summary>Compares the numbers that an architecture needs with those that its files hold.</summary>
    /// <param name="config">The architecture, as a file claims it.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="isElsewhere">Whether a parameter is in a file of its own; null for none.</param>
    /// <param name="stored">The weights.</param>
    /// <param name="location">The file or folder, for messages.</param>
    /// <exception cref="CheckpointException">The architecture needs more.</exception>
    public static void Require(AvsrModelConfig config, SpeechTokenizer tokenizer, Func<string, bool>? isElsewhere, IEnumerable<ITensorSource> stored, string location)
    {
        using var scope = NewDisposeScope();
        using var shapes = new AvsrModel(config, tokenizer, null, ModuleConstruction.Meta);
        var needed = shapes.named_parameters().Where(p => isElsewhere is null || !isElsewhere(p.name)).Sum(p => p.parameter.numel());
        var held = stored.Sum(part => part.Entries.Values.Sum(entry => entry.ElementCount));
        // A tied output map may be listed under both of its names and stored once.
        if (needed > 2 * held)
            throw new CheckpointException(location, "config", $"the architecture needs {needed} numbers, the files hold {held}");
    }
}
