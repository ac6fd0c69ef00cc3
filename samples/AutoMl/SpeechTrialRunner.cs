using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.AutoML;
using Microsoft.ML.Avsr;
using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Training;
using Microsoft.ML.Data;

namespace AutoMl;

/// <summary>
/// Fits a recogniser with a trial's options and measures it on other clips. The loss is the word error rate, plus a price on time: seconds
/// of recognition per second of speech. Only the best model so far is kept; the others are freed at once.
/// </summary>
public sealed class SpeechTrialRunner : ITrialRunner
{
    private readonly MLContext _context;
    private readonly IDataView _train;
    private readonly IDataView _validation;
    private readonly AvsrEstimator.Options _options;
    private readonly double _speedWeight;
    private readonly double _speechSeconds;
    private AvsrTransformer? _best;
    private double _bestLoss = double.PositiveInfinity;

    /// <summary>Makes a runner.</summary>
    /// <param name="context">The context.</param>
    /// <param name="train">Rows to learn from.</param>
    /// <param name="validation">Rows to measure on.</param>
    /// <param name="options">Columns, budget, streams and search; the swept options come from the trial.</param>
    /// <param name="speedWeight">What one unit of the real-time factor costs, as word error rate.</param>
    public SpeechTrialRunner(MLContext context, IDataView train, IDataView validation, AvsrEstimator.Options options, double speedWeight)
    {
        (_context, _train, _validation, _options, _speedWeight) = (context, train, validation, options, speedWeight);
        _speechSeconds = validation.GetColumn<AudioClip>(options.AudioColumnName!).Sum(clip => clip?.Duration.TotalSeconds ?? 0);
    }

    /// <summary>Makes one trial. The work is native and long, so it runs on a thread of its own.</summary>
    public Task<TrialResult> RunAsync(TrialSettings settings, CancellationToken ct) => Task.Run(() => Run(settings, ct), ct);

    /// <summary>Nothing: the best model belongs to whoever ran the experiment.</summary>
    public void Dispose()
    {
    }

    private TrialResult Run(TrialSettings settings, CancellationToken ct)
    {
        var swept = settings.Parameter[SpeechSweep.Key].AsType<AvsrTrainerOptions>();
        var watch = Stopwatch.StartNew();
        var model = _context.Avsr().Train(_train, new AvsrEstimator.Options
        {
            AudioColumnName = _options.AudioColumnName,
            VideoColumnName = _options.VideoColumnName,
            LabelColumnName = _options.LabelColumnName,
            OutputColumnName = _options.OutputColumnName,
            MouthBox = _options.MouthBox,
            Decoding = _options.Decoding,
            Training = swept with
            {
                Modalities = _options.Training.Modalities,
                Budget = _options.Training.Budget,
                LanguageModelFolder = _options.Training.LanguageModelFolder,
                // The factor of alpha / rank stays, so that ranks differ by their capacity alone.
                LanguageModelLora = settings.Parameter.TryGetValue(SpeechSweep.RankKey, out var adapters)
                    ? new LoraConfig { Rank = adapters[nameof(LoraConfig.Rank)].AsType<int>(), Scale = AvsrTrainerOptions.ReferenceLora.Scale }
                    : null,
            },
            // The same start for every trial: they differ by their options alone.
            Seed = 1,
            CancellationToken = ct,
        });
        var clock = Stopwatch.StartNew();
        var heard = _context.Data.Cache(model.Transform(_validation), _options.OutputColumnName, _options.LabelColumnName);
        var metrics = _context.Avsr().Evaluate(heard, _options.LabelColumnName, _options.OutputColumnName);
        var realTimeFactor = clock.Elapsed.TotalSeconds / Math.Max(0.1, _speechSeconds);
        var loss = metrics.WordErrorRate + _speedWeight * realTimeFactor;
        if (loss < _bestLoss)
        {
            _best?.Dispose();
            (_best, _bestLoss) = (model, loss);
        }
        else
            model.Dispose();
        return new TrialResult
        {
            TrialSettings = settings,
            Model = ReferenceEquals(_best, model) ? model : null,
            Loss = loss,
            Metric = metrics.WordErrorRate,
            DurationInMilliseconds = watch.Elapsed.TotalMilliseconds,
        };
    }
}
