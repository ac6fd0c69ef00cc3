using Microsoft.ML;
using Microsoft.ML.AutoML;
using Microsoft.ML.Avsr;
using Microsoft.ML.Avsr.Training;
using Microsoft.ML.SearchSpace;
using Microsoft.ML.SearchSpace.Option;

namespace AutoMl;

/// <summary>The experiment: which options are swept, and over which ranges.</summary>
public static class SpeechSweep
{
    /// <summary>The name of the swept options among a trial's parameters.</summary>
    public const string Key = "avsr";

    private static readonly string[] s_swept = [nameof(AvsrTrainerOptions.Experts), nameof(AvsrTrainerOptions.TopK), nameof(AvsrTrainerOptions.LearningRate), "LoraRank"];

    /// <summary>Experts, top-K and learning rate as the options' attributes state them (and the LoRA rank where there is one), and the tokens' rates.</summary>
    public static SearchSpace<AvsrTrainerOptions> Space()
    {
        var space = new SearchSpace<AvsrTrainerOptions>();
        foreach (var name in space.Keys.Except(s_swept).ToArray())
            space.Remove(name);
        // Frames per token: fewer tokens are faster and lose detail.
        space[nameof(AvsrTrainerOptions.AudioRate)] = new ChoiceOption(2, 4, 8);
        space[nameof(AvsrTrainerOptions.VideoRate)] = new ChoiceOption(1, 2, 4);
        return space;
    }

    /// <summary>Makes the experiment.</summary>
    /// <param name="context">The context.</param>
    /// <param name="runner">Makes the trials.</param>
    /// <param name="monitor">Is told how it goes.</param>
    /// <param name="trials">How many trials.</param>
    /// <param name="seed">Seed of the tuner.</param>
    public static AutoMLExperiment Create(MLContext context, SpeechTrialRunner runner, IMonitor monitor, int trials, int seed) => context.Auto().CreateExperiment()
        .AddSearchSpace(Key, Space())
        .SetRandomSearchTuner(seed)
        .SetTrialRunner(runner)
        .SetMonitor(monitor)
        .SetMaxModelToExplore(trials);
}
