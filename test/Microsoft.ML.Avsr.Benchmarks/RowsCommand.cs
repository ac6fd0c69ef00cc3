using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Data;

namespace Microsoft.ML.Avsr.Benchmarks;

/// <summary>Many rows through Transform on the Tiny preset: how resident memory grows per row after warm-up, and rows per second.</summary>
internal static class RowsCommand
{
    private const double Limit = 1024; // bytes per row
    private const int Interval = 250;

    /// <summary>Runs it: <c>rows [COUNT]</c>.</summary>
    /// <returns>0 when memory grows by less than 1 KB per row.</returns>
    public static int Run(string[] arguments)
    {
        var count = arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 10_000;
        var warmUp = count / 5;
        var ml = new MLContext();
        using var transformer = TinySpeech.Transformer(TinySpeech.Options(tokens: 4));
        var clips = TinySpeech.Clips(16, seconds: 0.2).ToArray();
        var data = ml.Data.LoadFromEnumerable(Enumerable.Range(0, count).Select(i => clips[i % clips.Length]));
        var samples = new List<(double Row, double Bytes)>();
        var clock = Stopwatch.StartNew();
        var rows = 0;
        foreach (var text in transformer.Transform(data).GetColumn<string>("Transcript"))
        {
            if (++rows % Interval != 0)
                continue;
            // Garbage that was not collected yet is no growth.
            GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
            var resident = Resident();
            if (rows > warmUp)
                samples.Add((rows, resident));
            if (rows % (8 * Interval) == 0)
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{rows,7} rows  {resident / 1e6:0.0} MB resident"));
        }
        var slope = Slope(samples);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{rows} rows, {rows / clock.Elapsed.TotalSeconds:0} a second; {slope:0} bytes of resident memory a row after the first {warmUp} (limit {Limit:0})"));
        return rows == count && slope < Limit ? 0 : 1;
    }

    private static double Resident()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    // Least squares.
    private static double Slope(List<(double Row, double Bytes)> samples)
    {
        var (row, bytes) = (samples.Average(s => s.Row), samples.Average(s => s.Bytes));
        return samples.Sum(s => (s.Row - row) * (s.Bytes - bytes)) / samples.Sum(s => (s.Row - row) * (s.Row - row));
    }
}
