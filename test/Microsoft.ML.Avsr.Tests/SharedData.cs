using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests;

/// <summary>Finds the reference data beside the repository. Tests that need it are skipped, with a message, where it is absent.</summary>
internal static class SharedData
{
    private static readonly string? s_root = FindRoot();

    /// <summary>Returns the full path of a shared file or folder, or skips the calling test.</summary>
    /// <param name="relativePath">Path inside the shared folder, for example <c>data/tiny-llama/stories260K.bin</c>.</param>
    public static string Require(string relativePath)
    {
        var path = s_root is null ? null : Path.Combine(s_root, relativePath);
        if (path is null || (!File.Exists(path) && !Directory.Exists(path)))
            Assert.Inconclusive($"Skipped: reference data '{relativePath}' is not beside the repository (set AVSR_SHARED to its folder).");
        return path!;
    }

    private static string? FindRoot()
    {
        var configured = Environment.GetEnvironmentVariable("AVSR_SHARED");
        if (!string.IsNullOrEmpty(configured))
            return configured;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "shared");
            if (Directory.Exists(Path.Combine(candidate, "golden")))
                return candidate;
        }
        return null;
    }
}
