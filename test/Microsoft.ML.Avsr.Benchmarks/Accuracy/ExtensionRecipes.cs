using Microsoft.ML.Avsr.Recognition;
using Microsoft.ML.Avsr.Training;

namespace Microsoft.ML.Avsr.Accuracy;

/// <summary>How the extensions are trained and scored.</summary>
internal static class ExtensionRecipes
{
    /// <summary>The weight that the authors of the attention-sink loss use.</summary>
    private const double SinkWeight = 10_000;

    /// <summary>The name in tables.</summary>
    public static string Words(this Extension extension) => extension switch
    {
        Extension.SharedExpert => "shared expert",
        Extension.PresenceRouting => "router sees streams",
        Extension.SinkLoss => "sink loss",
        Extension.UnifiedTasks => "unified tasks",
        Extension.MatryoshkaRates => "Matryoshka",
        Extension.MatryoshkaHalf => "Matryoshka at half rate",
        _ => throw new ArgumentOutOfRangeException(nameof(extension), extension, "Not an extension."),
    };

    /// <summary>The recipe with an extension.</summary>
    public static AvsrTrainerOptions With(this AvsrTrainerOptions recipe, Extension extension) => extension switch
    {
        Extension.SharedExpert => recipe with { SharedExpert = true },
        Extension.PresenceRouting => recipe with { PresenceRouting = true },
        Extension.SinkLoss => recipe with { SinkLossWeight = SinkWeight },
        // Three tasks a step: a third of the steps shows the language model as many clips.
        Extension.UnifiedTasks => recipe with
        {
            Tasks = TaskWeights.OmniAvsr,
            Budget = TrainingBudget.Epochs(recipe.Budget.EncoderEpochs, Math.Max(1, recipe.Budget.LanguageModelEpochs / 3)),
        },
        Extension.MatryoshkaRates => recipe with { AudioCompressions = [2], VideoCompressions = [2] },
        _ => throw new ArgumentOutOfRangeException(nameof(extension), extension, "No model is trained for it."),
    };

    /// <summary>The search that an extension is scored with.</summary>
    public static DecodingOptions Decoding(Extension? extension) =>
        extension == Extension.MatryoshkaHalf ? new DecodingOptions { AudioCompression = 2, VideoCompression = 2 } : new DecodingOptions();
}
