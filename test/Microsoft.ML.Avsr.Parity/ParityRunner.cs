using System.Globalization;
using Microsoft.ML.Avsr.Parity.Cases;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Parity;

/// <summary>Runs every case below a folder and prints one line for each.</summary>
internal static class ParityRunner
{
    private const string Usage = """
        usage: dotnet run -c Release --project test/Microsoft.ML.Avsr.Parity -- DIR [--filter TEXT]

        Runs every reference case below DIR (folders that hold a case.json) and compares our numbers with the case's.
        --filter TEXT   only cases whose name contains TEXT
        Exit code: 0 when all pass, 1 when one fails, 2 when the arguments are wrong.
        """;

    private static readonly ICaseCategory[] s_categories =
    [
        new LogMelCase(), new WhisperEncoderCase(), new LlamaCase(), new GenerationCase(), new TokenFilterCase(),
        new PeftCase(), new ScheduleCase(), new TokenizerCase(), new TextNormalizerCase(), new ErrorRateCase(), new OptimizerCase(),
        new ClippingCase(), new CrossEntropyCase(),
        new FrontEndCase(), new LogFilterbankCase(), new AvHubertCase(), new VideoTransformCase(), new CompressionCase(),
        new ProjectorCase(), new ComparisonMixtureCase(), new MouthCropCase(), new TimeMaskCase(), new NoiseCase(), new CheckpointAverageCase(), new BucketCase(), new EndToEndCase(),
    ];

    public static int Run(string[] args, TextWriter output)
    {
        string? directory = null, filter = null;
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] == "--filter" && i + 1 < args.Length)
                filter = args[++i];
            else if (directory is null && !args[i].StartsWith('-'))
                directory = args[i];
            else
                return Refuse(args[i] is "-h" or "--help" ? "" : $"'{args[i]}' is not understood.");
        }
        if (directory is null || !Directory.Exists(directory))
            return Refuse(directory is null ? "Give the folder with the cases." : $"There is no folder '{directory}'.");

        var (passed, failed) = (0, 0);
        output.WriteLine("Largest differences: absolute, and relative to the largest number of the same tensor. Tolerance: of the comparison that used most of it.");
        foreach (var file in Directory.EnumerateFiles(directory, "case.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            if (RunOne(Path.GetDirectoryName(file)!, filter, output) is not { } success)
                continue;
            if (success)
                passed++;
            else
                failed++;
        }
        output.WriteLine($"{passed} passed, {failed} failed");
        return failed == 0 ? 0 : 1;

        int Refuse(string problem)
        {
            if (problem.Length > 0)
                output.WriteLine(problem);
            output.WriteLine(Usage);
            return 2;
        }
    }

    private static bool? RunOne(string directory, string? filter, TextWriter output)
    {
        var check = new CaseCheck();
        var name = Path.GetFileName(directory);
        try
        {
            using var folder = new CaseFolder(directory);
            name = folder.Name;
            if (filter is not null && !name.Contains(filter, StringComparison.OrdinalIgnoreCase))
                return null;
            using var scope = NewDisposeScope();
            var category = Array.Find(s_categories, c => c.Handles(folder));
            if (category is null)
                check.Fail($"category '{folder.Category}' is not known");
            else
                category.Run(folder, check);
            if (check.Count == 0 && check.FailureCount == 0)
                check.Fail("nothing was compared");
        }
        catch (Exception problem) when (problem is not OutOfMemoryException)
        {
            check.Fail($"{problem.GetType().Name}: {problem.Message.ReplaceLineEndings(" ")}");
        }
        var success = check.FailureCount == 0;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{(success ? "pass" : "FAIL")}  {name,-44} abs {check.Absolute,-8:0.0e-0} rel {check.Relative,-8:0.0e-0} tolerance {check.WorstTolerance,-22} {Math.Min(check.Use, 99),7:0.0%} of it used by {check.WorstName}; {check.Count} comparisons"));
        foreach (var failure in check.Failures)
            output.WriteLine($"      {failure}");
        if (check.FailureCount > check.Failures.Count)
            output.WriteLine($"      and {check.FailureCount - check.Failures.Count} more");
        return success;
    }
}
