using Microsoft.ML.Avsr.Accuracy;
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
        if (!options.ReportOnly)
        {
            var (csv, box) = options.Corpus is { } given ? (given, options.Box)
                : (SyntheticCorpus.Create(Path.Combine(options.Work, "generated-corpus"), progress: new Share(done => line.Report("making the corpus", done)), cancellationToken: cancellationToken), SyntheticCorpus.MouthBox);
            var corpus = AccuracyCorpus.Read(csv, box, (done, warning) =>
            {
                if (warning is not null)
                    line.WriteLine($"  {warning}");
                line.Report("reading clips", done);
            }, cancellationToken);
            var runner = new AccuracyRunner(options, corpus, (stage, done, detail) => line.Report(stage, done, detail), cancellationToken)
            {
                Finished = run => line.WriteLine($"finished seed {run.Seed} {run.Projector.Name}"),
            };
            runner.Run();
        }
    }

    private sealed class Share(Action<double> report) : IProgress<double>
    {
        public void Report(double value) => report(value);
    }
}
