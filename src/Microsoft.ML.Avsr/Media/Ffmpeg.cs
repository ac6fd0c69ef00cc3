namespace Microsoft.ML.Avsr.Media;

/// <summary>Finds the ffmpeg executable.</summary>
public static class Ffmpeg
{
    /// <summary>The way out when ffmpeg is missing.</summary>
    internal const string HowToInstall =
        "Install it (Debian and Ubuntu: apt-get install ffmpeg; macOS: brew install ffmpeg; Windows: winget install ffmpeg) " +
        $"or set {nameof(MediaReaderOptions)}.{nameof(MediaReaderOptions.FfmpegPath)}. PCM WAV files work without it.";

    /// <summary>Finds ffmpeg: the configured path, else the first in the folders of PATH (never the current folder).</summary>
    /// <param name="configured">A full path, or null.</param>
    /// <returns>The full path, or null where there is none.</returns>
    public static string? Find(string? configured = null)
    {
        if (configured is not null)
            return File.Exists(configured) ? Path.GetFullPath(configured) : null;
        var name = OperatingSystem.IsWindows() ? "ffmpeg.exe" : "ffmpeg";
        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            if (!Path.IsPathFullyQualified(folder))
                continue;
            var candidate = Path.Combine(folder, name);
            if (File.Exists(candidate))
                return candidate;
        }
        return null;
    }

    /// <summary>The first line that <c>ffmpeg -version</c> prints, or null where ffmpeg is missing or does not run.</summary>
    /// <param name="configured">A full path, or null to search PATH.</param>
    public static string? Version(string? configured = null)
    {
        if (Find(configured) is not { } path)
            return null;
        try
        {
            using var process = FfmpegProcess.Start(path, ["-version"], input: null, TimeSpan.FromSeconds(10), CancellationToken.None);
            using var reader = new StreamReader(process.Output);
            var line = reader.ReadLine();
            reader.ReadToEnd();
            return process.Finish() == 0 ? line : null;
        }
        catch (Exception e) when (e is MediaException or IOException)
        {
            return null;
        }
    }

    /// <summary>Finds ffmpeg or throws.</summary>
    /// <exception cref="MediaException">ffmpeg is missing.</exception>
    internal static string Require(string? configured) =>
        Find(configured) ?? throw new MediaException(configured is null
            ? $"ffmpeg is needed to decode media and is not in the folders of PATH. {HowToInstall}"
            : $"There is no ffmpeg at '{configured}'. {HowToInstall}");
}
