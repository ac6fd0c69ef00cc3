using Microsoft.ML.SearchSpace;

namespace Microsoft.ML.AutoML;

/// <summary>Sweeps.</summary>
public sealed class AutoCatalog
{
    private readonly MLContext _context;

    internal AutoCatalog(MLContext context) => _context = context;

    public AutoMLExperiment CreateExperiment(AutoMLExperiment.AutoMLExperimentSettings settings = null) =>
        new(_context, settings ?? new AutoMLExperiment.AutoMLExperimentSettings());
}

/// <summary>The entrance to sweeps.</summary>
public static class MLContextExtension
{
    public static AutoCatalog Auto(this MLContext mlContext) => new(mlContext);
}

/// <summary>The tuners.</summary>
public static class AutoMLExperimentExtension
{
    public static AutoMLExperiment SetRandomSearchTuner(this AutoMLExperiment experiment, int? seed = null) =>
        experiment.SetTuner(new RandomTuner(experiment, seed ?? experiment.Seed));

    /// <summary>Proposes points of the whole space with equal chance.</summary>
    private sealed class RandomTuner(AutoMLExperiment experiment, int? seed) : ITuner
    {
        private readonly Random _random = seed is { } value ? new Random(value) : new Random();

        public Parameter Propose(TrialSettings settings) =>
            experiment.Space.SampleFromFeatureSpace([.. Enumerable.Range(0, experiment.Space.FeatureSpaceDim).Select(_ => _random.NextDouble())]);

        public void Update(TrialResult result) { }
    }
}
