using System.Globalization;

namespace Microsoft.ML.Avsr.Tests.Media;

/// <summary>Looks for decoders that were started here and not ended: running ones, and ended ones that nobody waited for.</summary>
internal static class ChildProcesses
{
    /// <summary>What the system knows of them; nothing where it cannot be asked.</summary>
    internal static List<string> Decoders()
    {
        if (!OperatingSystem.IsLinux())
            return [];
        var self = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        // "pid (name) state parent ..."
        return [.. Directory.GetDirectories("/proc").Where(d => int.TryParse(Path.GetFileName(d), out _)).Select(Stat)
            .Where(s => s.Contains("(ffmpeg)", StringComparison.Ordinal) && s[(s.LastIndexOf(')') + 2)..].Split(' ')[1] == self)];

        static string Stat(string folder)
        {
            try
            {
                return File.ReadAllText(Path.Combine(folder, "stat"));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return ""; // it ended meanwhile
            }
        }
    }
}
