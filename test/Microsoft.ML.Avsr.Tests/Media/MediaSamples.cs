using System.Diagnostics;
using Microsoft.ML.Avsr.Media;
using Microsoft.VisualStudio.TestTools.UnitTesting;

namespace Microsoft.ML.Avsr.Tests.Media;

/// <summary>A temporary folder of media files made by ffmpeg from synthetic sources; removed on disposal.</summary>
internal sealed class MediaSamples : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("avsr-media-").FullName;

    internal string PathOf(string name) => Path.Combine(_folder, name);

    /// <summary>Runs ffmpeg with the arguments (split at spaces) and the output name; skips the test where ffmpeg is missing.</summary>
    internal string Make(string name, string arguments)
    {
        var ffmpeg = Ffmpeg.Find();
        if (ffmpeg is null)
            Assert.Inconclusive("Skipped: ffmpeg is not installed.");
        var path = PathOf(name);
        var start = new ProcessStartInfo(ffmpeg!) { RedirectStandardError = true };
        foreach (var argument in $"-nostdin -v error -y {arguments}".Split(' '))
            start.ArgumentList.Add(argument);
        start.ArgumentList.Add(path);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.AreEqual(0, process.ExitCode, $"ffmpeg {arguments}: {errors}");
        return path;
    }

    /// <summary>A moving test picture with a tone, as mp4.</summary>
    internal string Clip(string name = "clip.mp4", double seconds = 2, string size = "128x96", string rate = "25", string extra = "") =>
        Make(name, FormattableString.Invariant($"-f lavfi -i testsrc=size={size}:rate={rate}:duration={seconds} -f lavfi -i sine=frequency=440:sample_rate=44100:duration={seconds} {extra}-c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac").Replace("  ", " "));

    internal string Write(string name, ReadOnlySpan<byte> bytes)
    {
        var path = PathOf(name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
