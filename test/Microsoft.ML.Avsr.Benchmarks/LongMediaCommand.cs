using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Avsr.Media;

namespace Microsoft.ML.Avsr.Benchmarks;

/// <summary>
/// Makes a long synthetic recording, reads it in windows of 30 s, looks for mouths if weights are given, and prints the memory over time.
/// </summary>
internal static class LongMediaCommand
{
    private const long Limit = 300L << 20; // bytes above the beginning

    /// <summary>Runs it: <c>long-media [--hours N] [--weights YUNET.onnx]</c>.</summary>
    /// <returns>0 when the whole recording came and memory stayed within its limit.</returns>
    public static int Run(string[] arguments)
    {
        var hours = double.Parse(Option("--hours") ?? "2", CultureInfo.InvariantCulture);
        var folder = Directory.CreateTempSubdirectory("avsr-long-").FullName;
        try
        {
            var path = Make(folder, hours);
            using var detector = Option("--weights") is { } weights ? new YuNetDetector(weights) : null;
            var locator = detector is null ? null : new FaceMouthLocator(detector);
            Console.WriteLine($"{hours.ToString(CultureInfo.InvariantCulture)} h of 360x288 at 25 frames per second, windows of 30 s with 2 s of overlap");
            GC.Collect();
            var before = Environment.WorkingSet;
            long peak = before, frames = 0, samples = 0;
            var windows = 0;
            var clock = Stopwatch.StartNew();
            foreach (var window in new MediaReader().ReadWindows(path, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(2)))
            {
                if (window.Clip.Video is { } video)
                    locator?.Locate(video, window.Clip.Audio);
                (frames, samples) = (frames + (window.Clip.Video?.Frames ?? 0), samples + (window.Clip.Audio?.Samples.Length ?? 0));
                peak = Math.Max(peak, Environment.WorkingSet);
                if (windows++ % 32 == 0)
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {window.Start:hh\\:mm\\:ss}  {Environment.WorkingSet >> 20} MB, {clock.Elapsed.TotalSeconds:0} s"));
            }
            peak = Math.Max(peak, Process.GetCurrentProcess().PeakWorkingSet64);
            var overlap = (windows - 1) * 2.0;
            var seen = frames / 25.0 - overlap;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{windows} windows, {seen / 3600:0.00} h of frames and {(samples / 16000.0 - overlap) / 3600:0.00} h of sound in {clock.Elapsed.TotalSeconds:0} s ({seen / clock.Elapsed.TotalSeconds:0} times real time)"));
            Console.WriteLine($"memory {before >> 20} MB before, at most {peak >> 20} MB: {(peak - before) >> 20} MB more (limit {Limit >> 20})");
            return peak - before <= Limit && Math.Abs(seen - hours * 3600) < 5 ? 0 : 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        string? Option(string name) => Array.IndexOf(arguments, name) is var at and >= 0 && at + 1 < arguments.Length ? arguments[at + 1] : null;
    }

    // One minute, repeated without coding it again.
    private static string Make(string folder, double hours)
    {
        var (minute, whole) = (Path.Combine(folder, "minute.mkv"), Path.Combine(folder, "long.mkv"));
        Ffmpeg("-f", "lavfi", "-i", "testsrc2=size=360x288:rate=25:duration=60", "-f", "lavfi", "-i", "sine=frequency=300:sample_rate=16000:duration=60",
            "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "pcm_s16le", minute);
        var repeats = (int)Math.Round(hours * 60) - 1;
        Ffmpeg("-stream_loop", repeats.ToString(CultureInfo.InvariantCulture), "-i", minute, "-c", "copy", whole);
        return whole;
    }

    private static void Ffmpeg(params string[] arguments)
    {
        var start = new ProcessStartInfo(Media.Ffmpeg.Find() ?? throw new MediaException("ffmpeg is not installed."));
        foreach (var argument in (string[])["-nostdin", "-v", "error", .. arguments])
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"ffmpeg ended with {process.ExitCode}.");
    }
}
