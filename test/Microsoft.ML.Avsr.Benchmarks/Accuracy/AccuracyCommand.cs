using Microsoft.ML.Avsr.Accuracy;
using Microsoft.ML.Avsr.Features;
using Microsoft.ML.Avsr.Modeling;
using QuickStart;
using QuickStart.Corpus;
using QuickStart.Reporting;

namespace Microsoft.ML.Avsr.Benchmarks;

/// <summary>The mini-benchmark of routings and numbers of experts: <c>accuracy [options]</c>.</summary>
internal static class AccuracyCommand
{
    /// <returns>0 when all runs are there; 2 when the command line is wrong.</returns>
    public static int Run(string[] arguments)
    {
        AccuracyOptions options;
        try
        {
            options = AccuracyOptions.Parse(arguments);
        }
        catch (OptionException error)
        {
            Console.Error.WriteLine($"{error.Message}\nRun with --help to see all options.");
            return 2;
        }
        if (options.Help)
        {
            Console.WriteLine(AccuracyOptions.HelpText);
            return 0;
        }
        using var stop = new CancellationTokenSource();
        Console.CancelKeyPress += (_, e) =>
        {
            e.Cancel = true;
            stop.Cancel();
        };
        try
        {
            using var line = new ProgressLine();
            Run(options, line, stop.Token);
            return 0;
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("Stopped. The same command goes on from here.");
            return 130;
        }
        catch (Exception error) when (error is IOException or InvalidDataException or ArgumentException or InvalidOperationException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"The benchmark failed: {error.Message}");
            return 1;
        }
    }

    private static void Run(AccuracyOptions options, ProgressLine line, CancellationToken cancellationToken)
    {
        var store = new RunStore(Path.Combine(options.Work, options.Name));
        if (!options.ReportOnly)
        {
            var corpus = Corpus(options, line, cancellationToken);
            var diverged = 0;
            var runner = new AccuracyRunner(options, corpus, (stage, done, detail) => line.Report(stage, done, detail), cancellationToken)
            {
                Finished = run =>
                {
                    // After each run, so that a benchmark that is stopped leaves what it has.
                    ResultsWriter.Write(options.Results, options.Name, store.All());
                    line.WriteLine($"\nSeed {run.Seed}, {run.Projector.Name}:\n{TableOf([.. SummaryRow.Of([run])])}");
                },
                Diverged = (seed, projector, error) =>
                {
                    diverged++;
                    line.WriteLine($"\nSeed {seed}, {projector.Name}: no result. {error.Message}");
                },
            };
            var made = runner.Run();
            var missing = AccuracyRunner.Order(options).Count(r => store.Find(options.Series, r.Seed, r.Projector) is null) - diverged;
            line.WriteLine($"{made} runs made{(diverged > 0 ? $", {diverged} diverged" : "")}{(missing > 0 ? $", {missing} left to the other process that is at work" : "")}.");
        }
        var rows = SummaryRow.Of(store.All());
        if (rows.Count == 0)
            throw new InvalidDataException($"There is no finished run of '{options.Name}' in {options.Work}; run without --report first, or name another --name or --work.");
        foreach (var series in rows.GroupBy(r => r.Series))
            Console.WriteLine($"\n{series.Key}; WER in %, babble, mean and spread over seeds\n{TableOf([.. series])}");
        foreach (var file in ResultsWriter.Write(options.Results, options.Name, store.All()))
            Console.WriteLine($"Results: {file}");
    }

    private static AccuracyCorpus Corpus(AccuracyOptions options, ProgressLine line, CancellationToken cancellationToken)
    {
        var (csv, box) = options.Corpus is { } given
            ? (given, options.Box)
            : (SyntheticCorpus.Create(Path.Combine(options.Work, "generated-corpus"), progress: new Share(done => line.Report("making the corpus", done)),
                cancellationToken: cancellationToken), SyntheticCorpus.MouthBox);
        return AccuracyCorpus.Read(csv, box, (done, warning) =>
        {
            if (warning is not null)
                line.WriteLine($"  {warning}");
            line.Report("reading clips", done);
        }, cancellationToken);
    }

    private static ConsoleTable TableOf(IReadOnlyList<SummaryRow> rows)
    {
        var table = new ConsoleTable(["projector", "seeds", "streams", "clean", .. TestCondition.Levels.Select(level => FormattableString.Invariant($"{level} dB"))]);
        foreach (var row in rows)
        {
            foreach (var modality in new[] { Modality.Audio, Modality.Video, Modality.AudioVisual })
            {
                table.Add([row.Projector.Name, row.Seeds, MarkdownTables.NameOf(modality), $"{row.Rate(modality)}",
                    .. TestCondition.Levels.Select(level => $"{(modality == Modality.Video ? row.Rate(modality) : row.Rate(modality, NoiseType.Babble, level))}")]);
            }
        }
        return table;
    }

    private sealed class Share(Action<double> report) : IProgress<double>
    {
        public void Report(double value) => report(value);
    }
}
