using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Avsr.Training;
using Microsoft.ML.Data;

namespace Microsoft.ML.Avsr.Benchmarks;

/// <summary>How soon a cancelled Fit, and a cancelled cursor over transformed data, throw: the Tiny preset on clips of three seconds.</summary>
internal static class CancellationCommand
{
    private const double Seconds = 3;
    private const double Limit = 250; // milliseconds

    /// <summary>Runs it: <c>cancellation [TIMES]</c>.</summary>
    /// <returns>0 when the 99th percentiles are within 250 ms.</returns>
    public static int Run(string[] arguments)
    {
        var times = arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 100;
        var random = new Random(1);
        var ml = new MLContext(1);
        var data = ml.Data.LoadFromEnumerable(TinySpeech.Clips(48, Seconds).ToList());
        var cursor = Measure("Transform", times, random, mostDelay: 2000, token =>
        {
            var options = TinySpeech.Options(tokens: 32);
            options.CancellationToken = token;
            using var transformer = TinySpeech.Transformer(options);
            while (true)
                transformer.Transform(data).GetColumn<string>("Transcript").Count();
        });
        var fit = Measure("Fit", times, random, mostDelay: 12_000, token =>
        {
            var options = TinySpeech.Options(tokens: 32);
            options.CancellationToken = token;
            options.Training = options.Training with { Budget = TrainingBudget.Epochs(1, 1000) };
            ml.Transforms.Avsr(options).Fit(data).Dispose();
        });
        return cursor <= Limit && fit <= Limit ? 0 : 1;
    }

    private static double Measure(string name, int times, Random random, int mostDelay, Action<CancellationToken> work)
    {
        var latencies = new List<double>();
        for (var i = 0; i < times; i++)
        {
            using var source = new CancellationTokenSource();
            var cancelled = 0L;
            var thread = new Thread(() =>
            {
                Thread.Sleep(random.Next(50, mostDelay));
                Volatile.Write(ref cancelled, Stopwatch.GetTimestamp());
                source.Cancel();
            });
            thread.Start();
            try
            {
                work(source.Token);
                throw new InvalidOperationException("The work ended before it was cancelled.");
            }
            catch (OperationCanceledException)
            {
                latencies.Add(Stopwatch.GetElapsedTime(Volatile.Read(ref cancelled)).TotalMilliseconds);
            }
            thread.Join();
        }
        latencies.Sort();
        double At(double share) => latencies[Math.Min(latencies.Count - 1, (int)Math.Ceiling(share * latencies.Count) - 1)];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name}: {latencies.Count} cancellations, median {At(0.5):0} ms, 99th percentile {At(0.99):0} ms, longest {latencies[^1]:0} ms (limit {Limit:0})"));
        return At(0.99);
    }
}
