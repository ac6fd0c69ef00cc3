using Microsoft.ML;
using Microsoft.ML.AutoML;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Training;
using Microsoft.ML.SearchSpace;
using Microsoft.ML.SearchSpace.Option;

namespace AutoMl;

/// <summary>The experiment: which options are swept, and over which ranges.</summary>
public static class SpeechSweep
{
    /// <summary>The name of the swept options among a trial's parameters.</summary>
    public const string Key = "avsr";

    /// <summary>The name of the adapters' rank among a trial's parameters, where a pretrained language model gets adapters.</summary>
    public const string RankKey = "lora";

    private static readonly string[] s_swept = [nameof(AvsrTrainerOptions.Experts), nameof(AvsrTrainerOptions.TopK), nameof(AvsrTrainerOptions.LearningRate)];

    /// <summary>Experts, top-K and learning rate as the options' attributes state them, and the tokens' rates.</summary>
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
    /// <param name="hasAdapters">Whether the rank of adapters is swept, too: only a pretrained language model has them.</param>
    /// <param name="trials">How many trials.</param>
    /// <param name="seed">Seed of the tuner.</param>
    public static AutoMLExperiment Create(MLContext context, SpeechTrialRunner runner, IMonitor monitor, bool hasAdapters, int trials, int seed)
    {
        var experiment = context.Auto().CreateExperiment().AddSearchSpace(Key, Space());
        if (hasAdapters)
            experiment.AddSearchSpace(RankKey, new SearchSpace { [nameof(LoraConfig.Rank)] = new ChoiceOption(4, 8, 16, 32, 64) });
        return experiment.SetRandomSearchTuner(seed).SetTrialRunner(runner).SetMonitor(monitor).SetMaxModelToExplore(trials);
    }
}
