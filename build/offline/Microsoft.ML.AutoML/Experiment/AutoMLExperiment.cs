using System.Diagnostics;
using Microsoft.ML.Runtime;
using Microsoft.ML.SearchSpace;

namespace Microsoft.ML.AutoML;

/// <summary>What all experiments are told.</summary>
public abstract class ExperimentSettings
{
    public ExperimentSettings() { }

    public CancellationToken CancellationToken { get; set; }
}

/// <summary>Tries parameters, one after the other, and keeps the best result.</summary>
public class AutoMLExperiment
{
    private readonly MLContext _context;
    private readonly AutoMLExperimentSettings _settings;
    private ITrialRunner _runner;
    private IMonitor _monitor;
    private ITuner _tuner;
    private TimeSpan? _time;
    private int? _trials;

    public AutoMLExperiment(MLContext context, AutoMLExperimentSettings settings)
    {
        _context = context;
        _settings = settings;
        _settings.SearchSpace ??= new SearchSpace.SearchSpace();
    }

    internal SearchSpace.SearchSpace Space => _settings.SearchSpace;
    internal int? Seed => _settings.Seed;

    public AutoMLExperiment SetTrainingTimeInSeconds(uint trainingTimeInSeconds)
    {
        _time = TimeSpan.FromSeconds(trainingTimeInSeconds);
        return this;
    }

    public AutoMLExperiment SetMaxModelToExplore(int maxModel)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxModel);
        _trials = maxModel;
        return this;
    }

    public AutoMLExperiment AddSearchSpace(string key, SearchSpace.SearchSpace searchSpace)
    {
        _settings.SearchSpace[key] = searchSpace;
        return this;
    }

    public AutoMLExperiment SetMonitor<TMonitor>(TMonitor monitor) where TMonitor : class, IMonitor
    {
        _monitor = monitor;
        return this;
    }

    public AutoMLExperiment SetTrialRunner<TTrialRunner>(TTrialRunner runner) where TTrialRunner : class, ITrialRunner
    {
        _runner = runner;
        return this;
    }

    public AutoMLExperiment SetTuner<TTuner>(TTuner proposer) where TTuner : class, ITuner
    {
        _tuner = proposer;
        return this;
    }

    public TrialResult Run() => RunAsync().GetAwaiter().GetResult();

    /// <summary>Runs until the time or the trials are spent, or until it is cancelled; the best result so far comes back then.</summary>
    public async Task<TrialResult> RunAsync(CancellationToken ct = default)
    {
        if (_runner is null)
            throw new ArgumentException("The experiment has no trial runner: call SetTrialRunner.");
        if (_tuner is null)
            throw new ArgumentException("The experiment has no tuner: call SetRandomSearchTuner or SetTuner.");
        if (_time is null && _trials is null)
            throw new ArgumentException("The experiment would never end: call SetTrainingTimeInSeconds or SetMaxModelToExplore.");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct, _settings.CancellationToken);
        if (_time is { } time)
            stop.CancelAfter(time);
        using var channel = ((IChannelProvider)_context).Start(nameof(AutoMLExperiment));
        TrialResult best = null;
        for (var id = 0; !stop.IsCancellationRequested && id < (_trials ?? int.MaxValue); id++)
        {
            var trial = new TrialSettings { TrialId = id, StartedAtUtc = DateTime.UtcNow };
            trial.Parameter = _tuner.Propose(trial);
            _monitor?.ReportRunningTrial(trial);
            var watch = Stopwatch.StartNew();
            try
            {
                var result = await _runner.RunAsync(trial, stop.Token).ConfigureAwait(false);
                trial.EndedAtUtc = DateTime.UtcNow;
                result.TrialSettings ??= trial;
                if (result.DurationInMilliseconds == 0)
                    result.DurationInMilliseconds = watch.Elapsed.TotalMilliseconds;
                _monitor?.ReportCompletedTrial(result);
                _tuner.Update(result);
                if (best is null || result.Loss < best.Loss)
                {
                    best = result;
                    _monitor?.ReportBestTrial(result);
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                break;
            }
            catch (Exception error)
            {
                _monitor?.ReportFailTrial(trial, error);
                channel.Error(MessageSensitivity.All, $"Trial {id} failed: {error.Message}");
                if (best is null)
                    throw;
            }
        }
        return best ?? throw new TimeoutException("The experiment was stopped before any trial was completed.");
    }

    /// <summary>What an experiment is told.</summary>
    public class AutoMLExperimentSettings : ExperimentSettings
    {
        public AutoMLExperimentSettings() { }

        public int? Seed { get; set; }
        public SearchSpace.SearchSpace SearchSpace { get; set; }
    }
}
