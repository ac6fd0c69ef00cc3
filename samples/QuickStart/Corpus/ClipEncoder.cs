using System.Diagnostics;
using Microsoft.ML.Avsr.Media;

namespace QuickStart.Corpus;

/// <summary>A clip that is ready to be encoded.</summary>
/// <param name="Path">Where the mp4 goes.</param>
/// <param name="Frames">YUV 4:2:0 frames, one after the other.</param>
/// <param name="Audio">16 bit samples.</param>
/// <param name="SampleRate">Samples per second.</param>
internal sealed record RawClip(string Path, byte[] Frames, short[] Audio, int SampleRate);

/// <summary>Encodes clips as mp4 (H.264 and AAC), several in one ffmpeg process, because starting it costs more than a short clip.</summary>
internal static class ClipEncoder
{
    /// <summary>Encodes a batch.</summary>
    /// <param name="clips">The clips.</param>
    /// <param name="scratch">A folder for raw files, which are removed again.</param>
    /// <exception cref="InvalidOperationException">ffmpeg is missing or fails.</exception>
    internal static void Encode(IReadOnlyList<RawClip> clips, string scratch)
    {
        var ffmpeg = Ffmpeg.Find() ?? throw new InvalidOperationException("The default corpus needs ffmpeg (Debian and Ubuntu: apt-get install ffmpeg).");
        Directory.CreateDirectory(scratch);
        try
        {
            var start = new ProcessStartInfo(ffmpeg) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardInput = true };
            var arguments = start.ArgumentList;
            foreach (var argument in new[] { "-nostdin", "-y", "-v", "error" })
                arguments.Add(argument);
            for (var i = 0; i < clips.Count; i++)
            {
                var raw = Path.Combine(scratch, $"{i}.yuv");
                File.WriteAllBytes(raw, clips[i].Frames);
                var wave = Path.Combine(scratch, $"{i}.wav");
                WaveFile.Write(wave, new AudioClip(clips[i].Audio.Select(s => s / 32767f).ToArray(), clips[i].SampleRate));
                foreach (var argument in new[] { "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", $"{FaceRenderer.Size}x{FaceRenderer.Size}", "-r", "25", "-i", raw, "-i", wave })
                    arguments.Add(argument);
            }
            for (var i = 0; i < clips.Count; i++)
            {
                foreach (var argument in new[]
                {
                    "-map", $"{2 * i}:v", "-map", $"{2 * i + 1}:a", "-c:v", "libx264", "-preset", "ultrafast", "-crf", "23", "-threads", "1", "-pix_fmt", "yuv420p",
                    "-c:a", "aac", "-b:a", "64k", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact", "-movflags", "+faststart", clips[i].Path,
                })
                    arguments.Add(argument);
            }
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            var errors = process.StandardError.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0)
                throw new InvalidOperationException($"ffmpeg cannot encode the corpus: {errors.Trim()}");
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }
}
