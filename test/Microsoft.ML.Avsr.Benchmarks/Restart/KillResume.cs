using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.ML.Avsr.Tests.Training;
using Microsoft.ML.Avsr.Training;

namespace Microsoft.ML.Avsr.Restart;

/// <summary>
/// Trains in a child process, kills it at random steps with no chance to clean up, starts it again, and compares the bits of the final
/// weights with those of a run that was left alone.
/// </summary>
internal static class KillResume
{
    /// <summary>The argument that makes this program the child.</summary>
    public const string ChildCommand = "kill-resume-child";

    private const string StepLine = "step ";
    private const string WeightsLine = "weights ";

    /// <summary>Trains and prints a line per step and one for the weights.</summary>
    /// <param name="folder">The run's checkpoints; <c>-</c> for none.</param>
    public static int Child(string folder)
    {
        var options = new AvsrTrainerOptions
        {
            Budget = TrainingBudget.Epochs(3, 4), Seed = 3, VideoPasses = 1, NoisyVersions = 1, EncoderBatchSize = 4, CleanShare = 0.5,
            Checkpoints = folder == "-" ? null : new CheckpointOptions { Directory = folder, EverySteps = 2 },
        };
        using var model = AvsrTrainer.Train(TinyExamples.Make(8), options, new Lines()).Model;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (_, tensor) in model.state_dict().OrderBy(entry => entry.Key, StringComparer.Ordinal))
            hash.AppendData(tensor.bytes);
        Print(WeightsLine + Convert.ToHexStringLower(hash.GetHashAndReset()));
        return 0;
    }

    /// <summary>Kills and resumes.</summary>
    /// <param name="times">How many runs are killed, each once at a random step.</param>
    /// <param name="seed">Seed of the steps.</param>
    /// <param name="report">Receives a line per run.</param>
    /// <returns>How many runs ended with other bits than the one that was left alone.</returns>
    public static int Run(int times, int seed, Action<string> report)
    {
        var (expected, steps) = Start("-", null, TimeSpan.Zero);
        report($"uninterrupted: {steps} reports, weights {expected![..16]}");
        var random = new Random(seed);
        var different = 0;
        for (var i = 1; i <= times; i++)
        {
            var folder = Directory.CreateTempSubdirectory("avsr-kill-").FullName;
            try
            {
                var at = random.Next(1, steps);
                var delay = TimeSpan.FromMilliseconds(random.Next(60)); // also in the middle of a write
                Start(folder, at, delay);
                var left = Directory.GetFiles(folder, "*.safetensors").Length;
                var (weights, after) = Start(folder, null, TimeSpan.Zero);
                different += weights == expected ? 0 : 1;
                report(string.Create(CultureInfo.InvariantCulture,
                    $"{i,3}: killed at report {at,3} + {delay.TotalMilliseconds,2} ms, {left} checkpoints, resumed with {after} reports: {(weights == expected ? "same bits" : "OTHER BITS")}"));
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }
        return different;
    }

    /// <summary>Runs the child to its end, or kills it some time after a report.</summary>
    private static (string? Weights, int Reports) Start(string folder, int? killAt, TimeSpan delay)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in new[] { typeof(KillResume).Assembly.Location, ChildCommand, folder })
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var reports = 0;
        string? weights = null;
        while (process.StandardOutput.ReadLine() is { } line)
        {
            if (line.StartsWith(WeightsLine, StringComparison.Ordinal))
                weights = line[WeightsLine.Length..];
            else if (line.StartsWith(StepLine, StringComparison.Ordinal) && ++reports == killAt)
            {
                Thread.Sleep(delay);
                process.Kill();
            }
        }
        process.WaitForExit();
        if (killAt is null && (process.ExitCode != 0 || weights is null))
            throw new InvalidOperationException($"The training process ended with {process.ExitCode}: {errors.Result}");
        return (weights, reports);
    }

    private static void Print(string line)
    {
        Console.Out.WriteLine(line);
        Console.Out.Flush();
    }

    private sealed class Lines : IProgress<AvsrProgress>
    {
        public void Report(AvsrProgress value) => Print($"{StepLine}{value.Stage} {value.Step}");
    }
}
