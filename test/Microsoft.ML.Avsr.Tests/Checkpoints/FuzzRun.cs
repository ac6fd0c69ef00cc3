using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.VisualStudio.TestTools.UnitTesting;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Tests.Checkpoints;

/// <summary>
/// Damages files and holds a parser to the rule: the file is read or properly refused, within a second and within 64 MiB and twice the file.
/// A few hundred files run always; <c>AVSR_FUZZ=100000</c> runs that many, <c>AVSR_FUZZ_PARSER</c> one parser alone. A file that breaks the rule is kept under
/// <c>Checkpoints/NewCrashes</c> of the build folder, named after parser and error.
/// </summary>
internal sealed class FuzzRun(string name, FuzzParser parser) : IDisposable
{
    private const long AllowedBytes = 64L << 20;
    private const int AllowedMilliseconds = 1000;
    private static readonly TimeSpan s_hang = TimeSpan.FromSeconds(60);
    private readonly string _folder = Values.TemporaryFolder();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public void Run(TestContext log)
    {
        if (Environment.GetEnvironmentVariable("AVSR_FUZZ_PARSER") is { Length: > 0 } only && only != name)
            Assert.Inconclusive($"Skipped: AVSR_FUZZ_PARSER asks for {only}.");
        var count = int.TryParse(Environment.GetEnvironmentVariable("AVSR_FUZZ"), out var wanted) ? wanted : parser.FastFiles;
        var seeds = parser.Seeds();
        var failures = new List<string>();
        var (refused, slowest, largest) = (0, TimeSpan.Zero, 0L);
        foreach (var seed in seeds) // pays for compilation before the clock is watched, and shows that the seeds are sound
            Assert.IsNull(Try(Wrapped(seed), out _, out _), name);
        var tried = 0;
        for (; tried < count && failures.Count < 10; tried++)
        {
            var i = tried;
            var bytes = Wrapped(new Mutator(i).Mutate(seeds[i % seeds.Count], seeds[(i + 1) % seeds.Count]));
            var problem = Try(bytes, out var time, out var allocated);
            (slowest, largest) = (time > slowest ? time : slowest, Math.Max(largest, allocated));
            refused += problem == "" ? 1 : 0;
            if (problem is { Length: > 0 })
                failures.Add(Keep(problem, bytes));
        }
        log.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name}: {tried} files, {refused} refused, {failures.Count} broke the rule; slowest {slowest.TotalMilliseconds:0} ms, most memory {largest / 1e6:0.0} MB"));
        Assert.AreEqual(0, failures.Count, string.Join("\n", failures));
        Assert.IsTrue(refused > count / parser.RefusedOneIn, $"only {refused} of {count} files were refused: the damage is too gentle to find anything");
    }

    /// <summary>Tries one file again that once broke the rule.</summary>
    public string? Repeat(byte[] bytes)
    {
        Try(Wrapped(parser.Seeds()[0]), out _, out _);
        return Try(bytes, out _, out _);
    }

    /// <summary>Null when the file was read, empty when it was refused properly, else what went wrong.</summary>
    private string? Try(byte[] bytes, out TimeSpan time, out long allocated)
    {
        var outcome = Once(bytes, out time, out allocated);
        // Compilation and garbage collection can use a second of their own; only a parser is slow every time.
        for (var again = 0; again < 5 && outcome is not null && outcome.StartsWith("Slow", StringComparison.Ordinal); again++)
        {
            Thread.Sleep(200);
            outcome = Once(bytes, out time, out allocated);
        }
        return outcome;
    }

    private string? Once(byte[] bytes, out TimeSpan time, out long allocated)
    {
        var path = Path.Combine(_folder, "damaged");
        File.WriteAllBytes(path, bytes);
        using var watchdog = new Timer(_ => Environment.FailFast(Keep("Hang", bytes)), null, s_hang, Timeout.InfiniteTimeSpan);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var clock = Stopwatch.StartNew();
        var cpu = Environment.CpuUsage.TotalTime;
        string? outcome = null;
        long native = 0;
        try
        {
            using var scope = NewDisposeScope();
            native = parser.Read(path);
        }
        catch (Exception e)
        {
            outcome = parser.IsRefusal(e) ? "" : $"{e.GetType().Name}: {e.Message} {e.StackTrace}";
        }
        // A process that is given no processor is not slow. One that waits without using any is ended by the watchdog.
        var used = Environment.CpuUsage.TotalTime - cpu;
        time = clock.Elapsed < used ? clock.Elapsed : used;
        allocated = Math.Max(native, GC.GetAllocatedBytesForCurrentThread() - before);
        if (allocated > AllowedBytes + (2L * bytes.Length))
            return $"Memory: {allocated} bytes for a file of {bytes.Length}";
        return time.TotalMilliseconds > AllowedMilliseconds ? $"Slow: {time.TotalMilliseconds} ms" : outcome;
    }

    private byte[] Wrapped(byte[] bytes) => parser.Wrap is null ? bytes : parser.Wrap(bytes);

    private string Keep(string problem, byte[] bytes)
    {
        var folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "Checkpoints", "NewCrashes")).FullName;
        var file = Path.Combine(folder, $"{name}-{problem.Split(':')[0]}-{Convert.ToHexStringLower(SHA256.HashData(bytes))[..8]}");
        File.WriteAllBytes(file, bytes);
        return $"{file}: {problem}";
    }
}
