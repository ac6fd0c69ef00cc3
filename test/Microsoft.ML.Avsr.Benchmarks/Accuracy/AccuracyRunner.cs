using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using Microsoft.ML.Avsr.Text;
using Microsoft.ML.Avsr.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Accuracy;

/// <summary>
/// Trains and scores the projectors of a comparison, seed by seed. The first run of a seed trains the encoders, too; the others
/// take its encoders and train projector and language model for as many epochs.
/// </summary>
/// <param name="options">What to run.</param>
/// <param name="corpus">The clips.</param>
/// <param name="report">Receives the name of a step, the share of it that is done, and a detail.</param>
/// <param name="cancellationToken">Stops; what is finished stays.</param>
internal sealed class AccuracyRunner(
    AccuracyOptions options, AccuracyCorpus corpus, Action<string, double, string> report, CancellationToken cancellationToken)
{
    private readonly RunStore _store = new(Path.Combine(options.Work, options.Name));
    private readonly EncoderStore _encoders = new(Path.Combine(options.Work, options.Name, "encoders"));
    private (int Seed, TestFeatures Features)? _test;

    /// <summary>Called after each run that was made, not after those that were found.</summary>
    public Action<RunResult>? Finished { get; init; }

    /// <summary>Called for each run whose training diverged. It stays missing and the others go on, unless they need its encoders.</summary>
    public Action<int, ProjectorChoice, TrainingDivergedException>? Diverged { get; init; }

    /// <summary>Seeds and projectors in the order in which they run: what is needed first comes first.</summary>
    public static IReadOnlyList<(int Seed, ProjectorChoice Projector)> Order(AccuracyOptions options)
    {
        var seeds = Enumerable.Range(options.FirstSeed, options.Seeds).ToArray();
        IEnumerable<(int, ProjectorChoice)> Of(int seed, IEnumerable<ProjectorChoice> projectors) => projectors.Select(p => (seed, p));
        return options.Runs switch
        {
            RunSelection.First => [.. seeds.SelectMany(s => Of(s, [ProjectorChoice.First]))],
            RunSelection.Extensions => [.. seeds.SelectMany(s => Of(s, [ProjectorChoice.First, .. ProjectorChoice.Extensions]))],
            RunSelection.Routings => [.. seeds.SelectMany(s => Of(s, ProjectorChoice.Routings))],
            _ => [.. Of(seeds[0], ProjectorChoice.Routings), .. Of(seeds[0], ProjectorChoice.ExpertNumbers),
                .. seeds.Skip(1).SelectMany(s => Of(s, ProjectorChoice.Routings)), .. seeds.Skip(1).SelectMany(s => Of(s, ProjectorChoice.ExpertNumbers))],
        };
    }

    /// <summary>Makes the runs that are missing, other than those that another process is making or whose encoders it is.</summary>
    /// <returns>Number of runs that were made.</returns>
    /// <exception cref="InvalidDataException">The folder's runs are of another corpus.</exception>
    public int Run()
    {
        CheckCorpus();
        var made = 0;
        foreach (var (seed, projector) in Order(options))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var claim = _store.Claim(options.Series, seed, projector);
            if (claim is null || _store.Find(options.Series, seed, projector) is not null)
                continue;
            if (projector != ProjectorChoice.First && _store.Find(options.Series, seed, ProjectorChoice.First) is null)
                continue;
            try
            {
                foreach (var run in projector == ProjectorChoice.First ? [RunFirst(seed)] : RunBehind(seed, projector))
                {
                    _store.Write(options.Series, run);
                    Finished?.Invoke(run);
                }
                made++;
            }
            catch (TrainingDivergedException error) when (Diverged is not null)
            {
                Diverged(seed, projector, error);
            }
        }
        return made;
    }

    private RunResult RunFirst(int seed)
    {
        if (options.Epochs is var (encoder, llm))
        {
            var encoders = _encoders.Find(options.Encoders, seed) ?? TrainEncoders(seed, TrainingBudget.Epochs(encoder, 1), _ => { });
            using var trained = TrainBehind(seed, ProjectorChoice.First, llm);
            return Score(seed, ProjectorChoice.First, trained, encoders);
        }
        // How many epochs fit into the minutes shows in a whole run.
        RunResult? run = null;
        TrainEncoders(seed, TrainingBudget.Minutes(options.MinutesPerRun), whole => run = Score(seed, ProjectorChoice.First, whole, []));
        return run!;
    }

    /// <summary>Trains a seed's encoders, and what comes behind them.</summary>
    private StageRecord[] TrainEncoders(int seed, TrainingBudget budget, Action<Trained> use)
    {
        var checkpoints = Path.Combine(_store.Seed(options.Series, seed), "checkpoints");
        using var trained = Train(seed, ProjectorChoice.First, new AvsrTrainerOptions
        {
            AudioEncoderFolder = options.AudioEncoder,
            VisualEncoder = options.VisualEncoder.Shape(),
            Budget = budget,
            Checkpoints = new CheckpointOptions { Directory = checkpoints, EverySteps = 0, EveryMinutes = 2, KeepLast = 1, KeepBest = false },
        });
        StageRecord[] stages = [.. trained.Stages.SkipLast(1)];
        _encoders.Write(options.Encoders, seed, trained.Model, stages);
        use(trained);
        Directory.Delete(checkpoints, recursive: true);
        return stages;
    }

    private IEnumerable<RunResult> RunBehind(int seed, ProjectorChoice projector)
    {
        var first = _store.Find(options.Series, seed, ProjectorChoice.First)
            ?? throw new InvalidOperationException($"Seed {seed} has no finished {ProjectorChoice.First.Name} run, whose encoders the others need.");
        using var trained = TrainBehind(seed, projector, first.Stages[^1].Epochs);
        foreach (var scored in projector.ScoredAs)
            yield return Score(seed, scored, trained, []);
    }

    private Trained TrainBehind(int seed, ProjectorChoice projector, int epochs) => Train(seed, projector, new AvsrTrainerOptions
    {
        EncodersFrom = _encoders.Folder(options.Encoders, seed),
        Budget = TrainingBudget.Epochs(1, epochs),
    });

    private Trained Train(int seed, ProjectorChoice projector, AvsrTrainerOptions recipe)
    {
        var name = $"seed {seed} {projector.Name}";
        var progress = new Inline(p => report($"{name}: {p.Stage}", p.Step / (double)Math.Max(1, p.TotalSteps),
            FormattableString.Invariant($"epoch {p.Epoch}{(p.Loss is { } loss && !double.IsNaN(loss) ? $", loss {loss:f3}" : "")}, {p.ItemsPerSecond:f0} clips/s, {p.Remaining.TotalSeconds:f0} s left")));
        if (projector.Extension is { } extension)
            recipe = recipe.With(extension);
        return new Trained(AvsrTrainer.Train(corpus.Training, recipe with
        {
            Routing = projector.Routing,
            Experts = projector.Experts,
            TopK = projector.TopK,
            Seed = seed,
            // As in the quick start: a small audio encoder from scratch needs clean examples more than it needs noise.
            NoisyVersions = options.AudioEncoder is null ? 1 : 3,
            VideoPasses = 5,
            FeatureCacheFolder = FeatureFolder,
        }, progress, cancellationToken));
    }

    private RunResult Score(int seed, ProjectorChoice projector, Trained trained, IEnumerable<StageRecord> before)
    {
        var model = trained.Model;
        if (_test?.Seed != seed)
            _test = (seed, new TestFeatures(model, corpus.Test, FeatureFolder, done => report($"seed {seed}: test features", done, ""), cancellationToken));
        var recognizer = new SpeechRecognizer(model, ExtensionRecipes.Decoding(projector.Extension));
        var cells = new List<ResultCell>();
        foreach (var condition in TestCondition.All)
        {
            foreach (var modality in new[] { Modality.Audio, Modality.Video, Modality.AudioVisual })
            {
                // Noise does not reach a model that only looks.
                if (modality == Modality.Video && condition != TestCondition.Clean)
                    continue;
                var texts = _test.Value.Features.Transcribe(recognizer, condition, modality, cancellationToken);
                var errors = corpus.Test.Select((clip, i) => ErrorRate.Words(clip.Transcript, texts[i])).Aggregate(default(EditCounts), (sum, one) => sum + one);
                cells.Add(new ResultCell(modality, condition.Noise, condition.Snr, errors.Errors, errors.ReferenceLength));
            }
            report($"seed {seed} {projector.Name}: scoring", cells.Count / (2.0 * TestCondition.All.Count + 1), "");
        }
        return new RunResult
        {
            AudioEncoder = options.AudioName,
            AudioParameters = Parameters(model.AudioEncoder),
            VisualEncoder = options.VisualEncoder,
            VisualParameters = Parameters(model.VisualEncoder),
            Budget = options.Budget,
            Seed = seed,
            Projector = projector,
            ProjectorParameters = Parameters(model.Projector),
            LanguageModelParameters = Parameters(model.LanguageModel),
            Stages = [.. before, .. trained.Stages],
            Clips = (corpus.Training.Count, corpus.Test.Count),
            Cells = cells,
            Routing = trained.Routing,
            Threads = get_num_threads(),
            Finished = DateTime.UtcNow,
        };
    }

    private string FeatureFolder => Path.Combine(options.Work, options.Name, "features");

    private void CheckCorpus()
    {
        var path = Path.Combine(options.Work, options.Name, "corpus.txt");
        var hash = $"training {DataFingerprint.Of(corpus.Training)}\ntest {DataFingerprint.Of(corpus.Test)}\n";
        if (!File.Exists(path))
            AtomicFile.WriteText(path, hash);
        else if (File.ReadAllText(path) != hash)
            throw new InvalidDataException($"The runs in {Path.GetDirectoryName(path)} are of other clips, transcripts or another mouth box. Choose another --name or --work.");
    }

    private static long Parameters(nn.Module? module) => module?.parameters().Sum(p => p.numel()) ?? 0;

    private sealed class Inline(Action<AvsrProgress> report) : IProgress<AvsrProgress>
    {
        public void Report(AvsrProgress value) => report(value);
    }

    private sealed class Trained(TrainedModel result) : IDisposable
    {
        public AvsrModel Model => result.Model;

        public IReadOnlyList<RoutingStatistics> Routing => result.Routing;

        public IEnumerable<StageRecord> Stages => result.Stages.Select(s =>
            new StageRecord(s.Stage, s.Epochs, s.Steps, Math.Round(s.Seconds, 1), double.IsFinite(s.FinalLoss) ? Math.Round(s.FinalLoss, 4) : null));

        public void Dispose() => result.Model.Dispose();
    }
}
