using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.ML.Avsr.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Benchmarks;

/// <summary>
/// The same training step here and in PyTorch: <c>training-step [PYTHON]</c>. Prints how far the losses and gradients of the first step differ,
/// the items per second of both (median of 5 runs), their ratio, and the growth of memory over 500 steps.
/// </summary>
internal static class TrainingStepCommand
{
    private const int Steps = 20;
    private const int Runs = 5;
    private const double Tolerance = 1e-4;
    private const double TargetRatio = 1.2;
    private const int LongRun = 500;
    private const double MaxGrowthMegabytes = 30;

    /// <returns>0 when numbers agree, the ratio is reached, and memory does not grow.</returns>
    public static int Run(string[] arguments)
    {
        var python = arguments.Length > 0 ? arguments[0] : "/usr/bin/python3";
        var script = FindScript();
        var folder = Directory.CreateTempSubdirectory("avsr-step-").FullName;
        try
        {
            using var model = new StepModel();
            Write(folder, model);
            var gradients = new Dictionary<string, Tensor>();
            var loss = model.Step(() =>
            {
                foreach (var (name, parameter) in model.Named())
                    gradients[name] = parameter.grad!.detach().clone().DetachFromDisposeScope();
            });
            for (var i = 1; i < Steps; i++)
                model.Step();
            var ours = Enumerable.Range(0, Runs).Select(_ => Time(() => { for (var i = 0; i < Steps; i++) model.Step(); })).ToArray();
            var (theirLoss, theirs, version) = RunReference(python, script, folder);
            var difference = Math.Max(Math.Abs(loss - theirLoss), LargestDifference(gradients, Path.Combine(folder, "gradients.pt")));
            var (here, there) = (Rate(ours), Rate(theirs));
            Line("first loss", $"{loss:0.000000} here, {theirLoss:0.000000} in PyTorch {version}");
            Line("largest difference", $"{difference:0.0e+0} of loss and {gradients.Count} gradients (tolerance {Tolerance:0.0e+0})");
            Line("items per second", $"{here:0.0} here, {there:0.0} in PyTorch; medians of {Runs} runs of {Steps} steps, {get_num_threads()} threads");
            Line("ratio", $"{here / there:0.00} (target {TargetRatio:0.0})");
            var growth = Growth(model);
            Line("memory", $"{growth:+0.0;-0.0} MB over {LongRun} steps (limit {MaxGrowthMegabytes:0})");
            foreach (var gradient in gradients.Values)
                gradient.Dispose();
            return difference <= Tolerance && here / there >= TargetRatio && growth <= MaxGrowthMegabytes ? 0 : 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Write(string folder, StepModel model)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        TorchZipWriter.Write(Path.Combine(folder, "weights.pt"), model.Named().ToDictionary(p => p.Key, p => p.Value.detach()));
        var (text, labels) = model.Texts();
        TorchZipWriter.Write(Path.Combine(folder, "batch.pt"), new Dictionary<string, Tensor>
        {
            ["audio"] = model.Audio, ["video"] = model.Video, ["text"] = tensor(text), ["labels"] = tensor(labels),
        });
        File.WriteAllText(Path.Combine(folder, "config.json"), JsonSerializer.Serialize(model.Settings()));
    }

    private static (double Loss, double[] Seconds, string Version) RunReference(string python, string script, string folder)
    {
        var start = new ProcessStartInfo(python) { RedirectStandardOutput = true };
        foreach (var argument in new[] { script, folder, get_num_threads().ToString(CultureInfo.InvariantCulture), $"{Steps}", $"{Runs}" })
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{python} {script} ended with {process.ExitCode}; it needs PyTorch.");
        using var json = JsonDocument.Parse(output);
        return (json.RootElement.GetProperty("loss").GetDouble(), [.. json.RootElement.GetProperty("seconds").EnumerateArray().Select(s => s.GetDouble())],
            json.RootElement.GetProperty("version").GetString()!);
    }

    private static double LargestDifference(Dictionary<string, Tensor> gradients, string path)
    {
        using var scope = NewDisposeScope();
        using var theirs = new TorchPickleReader(path);
        return gradients.Max(g => (double)theirs.Read(g.Key).sub(g.Value).abs().max().item<float>());
    }

    /// <summary>Megabytes of resident memory that many further steps add.</summary>
    private static double Growth(StepModel model)
    {
        using var process = Process.GetCurrentProcess();
        GC.Collect();
        process.Refresh();
        var before = process.WorkingSet64;
        for (var i = 0; i < LongRun; i++)
            model.Step();
        GC.Collect();
        process.Refresh();
        return (process.WorkingSet64 - before) / 1e6;
    }

    private static double Time(Action work)
    {
        var clock = Stopwatch.StartNew();
        work();
        return clock.Elapsed.TotalSeconds;
    }

    private static double Rate(double[] seconds) => StepModel.Clips * Steps / seconds.Order().ElementAt(seconds.Length / 2);

    private static string FindScript()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "test", "reference", "training_step.py");
            if (File.Exists(path))
                return path;
        }
        throw new FileNotFoundException("test/reference/training_step.py is not above the program's folder; run it from a clone of the repository.");
    }

    private static void Line(string name, FormattableString text) => Console.WriteLine($"{name,-24} {text.ToString(CultureInfo.InvariantCulture)}");
}
