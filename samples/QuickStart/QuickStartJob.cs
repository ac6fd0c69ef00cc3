using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.ML;
using Microsoft.ML.Avsr;
using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Training;
using Microsoft.ML.Runtime;
using QuickStart.Corpus;
using QuickStart.Reporting;

namespace QuickStart;

/// <summary>The main job: clips in a table, a pipeline fitted to them, word error rates with and without noise, a saved model, a report.</summary>
internal sealed class QuickStartJob(QuickStartOptions options, CancellationToken cancellationToken)
{
    private const string TrainSplit = "train";
    private const int SampleClips = 6;

    /// <summary>Fixed length for the default corpus, so that its results repeat.</summary>
    private static readonly EpochOption s_defaultEpochs = new(11, 10);

    private readonly MLContext _ml = new(options.Seed);

    /// <summary>Runs all of it.</summary>
    public void Run()
    {
        using var line = new ProgressLine();
        _ml.Log += (_, message) =>
        {
            // Rows that cannot be used in full, and why.
            if (message.Kind is ChannelMessageKind.Warning or ChannelMessageKind.Error)
                line.WriteLine($"  {message.RawMessage}");
        };
        var rows = LoadRows(line);
        var scored = rows.Where(r => r.Split == options.Split).ToList();
        if (scored.Count == 0)
            throw new InvalidDataException($"No row has the split '{options.Split}'; there are: {string.Join(", ", rows.Select(r => r.Split).Distinct())}.");
        var scoring = _ml.Data.LoadFromEnumerable(scored);

        using var transformer = options.Evaluate is { } saved ? _ml.Avsr().Load(saved) : Train(rows, line);
        var recognized = Recognize(transformer, scoring, line, "scoring the clips");
        var conditions = _ml.Avsr().EvaluateNoise(transformer, scoring, "Transcript", seed: options.Seed,
            progress: new Inline<(int Done, int Total)>(p => line.Report("scoring in noise", p.Done / (double)p.Total)), cancellationToken: cancellationToken);
        var result = Summarize(transformer, scored, recognized, conditions, line);
        line.Dispose();

        Console.WriteLine();
        Console.WriteLine($"Word error rate in percent, {scored.Count} clips, {result.ScoredWords} words:");
        Console.WriteLine(ConsoleTable.WordErrorRates(result));
        foreach (var problem in result.Problems)
            Console.WriteLine($"  {problem.Row}: {problem.Status}. {problem.Problem}");
        if (options.Evaluate is null)
            SaveAndUse(transformer, scored);
        if (options.Json is { } json)
        {
            ResultJson.Write(json, result);
            Console.WriteLine($"Results: {json}");
        }
        HtmlReport.Write(options.Report, result);
        Console.WriteLine($"Report:  {options.Report}");
    }

    private List<ClipRow> LoadRows(ProgressLine line)
    {
        var csv = options.Corpus;
        if (csv is null)
        {
            var folder = Path.Combine("artifacts", "quickstart", $"corpus-{options.Seed}");
            csv = SyntheticCorpus.Create(folder, new SyntheticCorpusOptions { Seed = options.Seed },
                new Inline<double>(done => line.Report("making the corpus", done)), cancellationToken);
        }
        return ClipTable.Read(csv);
    }

    private AvsrTransformer Train(List<ClipRow> rows, ProgressLine line)
    {
        var training = rows.Where(r => r.Split == TrainSplit).ToList();
        if (training.Count == 0)
            throw new InvalidDataException($"No row has the split '{TrainSplit}'.");
        var epochs = options.Epochs ?? s_defaultEpochs;
        var estimator = _ml.Transforms.Avsr(new AvsrEstimator.Options
        {
            OutputColumnName = nameof(RecognizedClip.Recognized),
            MediaColumnName = nameof(ClipRow.Path),
            LabelColumnName = nameof(ClipRow.Transcript),
            MouthBox = options.Box is { } box ? new MouthBox(box.X, box.Y, box.Width, box.Height) : options.Corpus is null ? SyntheticCorpus.MouthBox : null,
            FaceDetectorPath = options.FaceDetector,
            Training = new AvsrTrainerOptions
            {
                Routing = Enum.Parse<ProjectorRouting>(options.Routing, ignoreCase: true),
                AudioEncoderFolder = options.AudioEncoder,
                Budget = options.Minutes is { } minutes ? TrainingBudget.Minutes(minutes) : TrainingBudget.Epochs(epochs.Encoder, epochs.LanguageModel),
                Seed = options.Seed,
                // A small encoder from scratch needs clean examples more than it needs noise.
                NoisyVersions = options.AudioEncoder is null ? 1 : 3,
                VideoPasses = options.Corpus is null ? 3 : 5,
            },
            Progress = new Inline<AvsrProgress>(p => line.Report(p.Stage, p.Step / (double)Math.Max(1, p.TotalSteps), Detail(p), p.Remaining)),
            CancellationToken = cancellationToken,
        });
        return estimator.Fit(_ml.Data.LoadFromEnumerable(training));
    }

    private static string Detail(AvsrProgress p) => string.Create(CultureInfo.InvariantCulture,
        $"{(p.Loss is { } loss && !double.IsNaN(loss) ? $"loss {loss:f3}, " : "")}{p.ItemsPerSecond:f0} clips/s");

    private List<RecognizedClip> Recognize(AvsrTransformer transformer, IDataView clips, ProgressLine line, string stage)
    {
        line.Report(stage, 0);
        var found = _ml.Data.CreateEnumerable<RecognizedClip>(transformer.Transform(clips), reuseRowObject: false).ToList();
        line.Report(stage, 1);
        return found;
    }

    private QuickStartResult Summarize(
        AvsrTransformer transformer, List<ClipRow> scored, List<RecognizedClip> recognized, IReadOnlyList<NoiseCondition> conditions, ProgressLine line)
    {
        var report = transformer.TrainingReport;
        return new QuickStartResult
        {
            Wer = QuickStartResult.Modalities.ToDictionary(m => m, m => (IReadOnlyDictionary<string, double>)conditions
                .Where(c => c.Modality.ToString().Equals(m, StringComparison.OrdinalIgnoreCase))
                .ToDictionary(c => c.Name, c => Math.Round(100 * c.Words.Rate, 2))),
            TrainSeconds = report?.TrainSeconds ?? 0,
            ItemsPerSecond = report?.ItemsPerSecond ?? 0,
            PeakMemoryMb = Process.GetCurrentProcess().PeakWorkingSet64 / (1024.0 * 1024),
            Parameters = report?.Parameters ?? 0,
            TrainedParameters = report?.TrainedParameters,
            Seed = options.Seed,
            Routing = options.Routing,
            ScoredClips = scored.Count,
            ScoredWords = conditions.Count == 0 ? 0 : conditions[0].Words.ReferenceLength,
            Losses = [.. (report?.Curve ?? []).Select(p => new Reporting.LossPoint(p.Stage, p.Step, p.Loss))],
            Experts = [.. (report?.Routing ?? []).SelectMany(r => r.Shares.Select((share, choice) => new ExpertShares(r.Modality, choice + 1, share)))],
            Samples = Samples(transformer, scored, line),
            Problems = [.. (report?.Skipped ?? []).Select(s => new RowProblem(s.Source, s.Status.ToString(), $"Left out of training: {s.Reason}")),
                .. recognized.Where(r => r.Status != nameof(MediaStatus.Ok)).Select(r => new RowProblem(r.Path, r.Status, "Scored with what could be read."))],
            Settings = Settings(transformer),
            Environment =
            [
                new("Machine", $"{Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}"),
                new(".NET", RuntimeInformation.FrameworkDescription),
                new("Package", typeof(AvsrEstimator).Assembly.GetName().Name + " " + FileVersionInfo.GetVersionInfo(typeof(AvsrEstimator).Assembly.Location).ProductVersion),
            ],
        };
    }

    private List<TranscriptSample> Samples(AvsrTransformer transformer, List<ClipRow> scored, ProgressLine line)
    {
        var clips = scored.Where((_, i) => i % Math.Max(1, scored.Count / SampleClips) == 0).Take(SampleClips).ToList();
        var view = _ml.Data.LoadFromEnumerable(clips);
        List<string> Texts(RecognitionModality modality)
        {
            using var only = transformer.WithModality(modality);
            return [.. Recognize(only, view, line, "transcribing samples").Select(r => r.Recognized)];
        }
        var (audio, video, both) = (Texts(RecognitionModality.Audio), Texts(RecognitionModality.Video), Texts(RecognitionModality.AudioVisual));
        return [.. clips.Select((c, i) => new TranscriptSample(Path.GetFileName(c.Path), "clean", c.Transcript, audio[i], video[i], both[i]))];
    }

    private List<KeyValuePair<string, string>> Settings(AvsrTransformer transformer)
    {
        var settings = new List<KeyValuePair<string, string>>
        {
            new("Corpus", options.Corpus is null ? "generated talking heads" : Path.GetFileName(options.Corpus)),
            new("Audio encoder", options.AudioEncoder is null ? "from scratch" : $"{Path.GetFileName(Path.TrimEndingDirectorySeparator(options.AudioEncoder))}, frozen"),
            new("Mouth", options.FaceDetector is not null ? "found by the face detector" : options.Box is not null || options.Corpus is null ? "in a fixed box" : "already cropped"),
            new("Routing", options.Routing),
            new("Split", options.Split),
        };
        foreach (var stage in transformer.TrainingReport?.Stages ?? [])
            settings.Add(new(stage.Stage, string.Create(CultureInfo.InvariantCulture, $"{stage.Epochs} epochs, {stage.Steps} steps")));
        return settings;
    }

    private void SaveAndUse(AvsrTransformer transformer, List<ClipRow> scored)
    {
        var path = options.Model ?? Path.Combine("artifacts", "quickstart", "model.zip");
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        _ml.Model.Save(transformer, _ml.Data.LoadFromEnumerable(scored).Schema, path);
        Console.WriteLine($"Model:   {path}");

        // A fresh context, as another process would have: the file is all it needs.
        var fresh = new MLContext();
        var loaded = fresh.Model.Load(path, out _);
        using var engine = fresh.Model.CreatePredictionEngine<ClipRow, RecognizedClip>(loaded);
        Console.WriteLine("Three clips, transcribed with the loaded model:");
        foreach (var clip in scored.Take(3))
        {
            var answer = engine.Predict(clip);
            Console.WriteLine($"  {Path.GetFileName(clip.Path)}");
            Console.WriteLine($"    said:       {clip.Transcript}");
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    recognised: {answer.Recognized}  (confidence {answer.Confidence:f2}, {answer.Status})"));
        }
    }

    /// <summary>Reports on the calling thread, in order.</summary>
    private sealed class Inline<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }
}
