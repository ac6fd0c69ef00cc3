using System.Diagnostics;
using System.Text.Json;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Checkpoints;

/// <summary>PyTorch itself, where this machine's Python has it; tests that need it are skipped elsewhere.</summary>
internal static class PyTorch
{
    private static readonly Lazy<string?> s_python = new(() => new[] { Environment.GetEnvironmentVariable("AVSR_PYTHON"), "python3", "/usr/bin/python3" }
        .FirstOrDefault(python => !string.IsNullOrEmpty(python) && Run(python, "import torch", [])?.ExitCode == 0));

    /// <summary>Runs a script that prints JSON, or skips the calling test.</summary>
    public static JsonElement Run(string script, params string[] arguments)
    {
        if (s_python.Value is not { } python)
        {
            Assert.Inconclusive("Skipped: no Python with PyTorch was found (Debian: apt-get install python3-torch; AVSR_PYTHON names another).");
            return default;
        }
        var (exitCode, output, errors) = Run(python, script, arguments)!.Value;
        Assert.AreEqual(0, exitCode, errors);
        using var document = JsonDocument.Parse(output);
        return document.RootElement.Clone();
    }

    private static (int ExitCode, string Output, string Errors)? Run(string python, string script, string[] arguments)
    {
        var start = new ProcessStartInfo(python, ["-c", script, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["OMP_NUM_THREADS"] = "1";
        try
        {
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output, errors.Result);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null; // no such program
        }
    }
}
