using Microsoft.ML.Avsr.Media;

namespace Microsoft.ML.Avsr.Tests.Pipeline;

/// <summary>A folder of small WAV files: file i lasts 0.1 (i + 1) seconds.</summary>
internal sealed class ClipFolder : IDisposable
{
    public ClipFolder(int count)
    {
        Folder = Directory.CreateTempSubdirectory("avsr-clips-").FullName;
        Paths = [.. Enumerable.Range(0, count).Select(i => Path.Combine(Folder, $"{i:000}.wav"))];
        for (var i = 0; i < count; i++)
            WaveFile.Write(Paths[i], Tone(i));
    }

    public string Folder { get; }
    public string[] Paths { get; }

    public static AudioClip Tone(int i)
    {
        var samples = new float[Samples(i)];
        for (var t = 0; t < samples.Length; t++)
            samples[t] = 0.3f * MathF.Sin(0.02f * (i + 1) * t);
        return new AudioClip(samples, 16000);
    }

    public static int Samples(int i) => 1600 * (i + 1);

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
