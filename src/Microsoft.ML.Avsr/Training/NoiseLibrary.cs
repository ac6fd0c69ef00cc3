using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Avsr.Recognition;

namespace Microsoft.ML.Avsr.Training;

/// <summary>Noise recordings from files and folders, in memory.</summary>
internal static class NoiseLibrary
{
    /// <summary>Reads noise.</summary>
    /// <param name="paths">WAV files at 16 kHz, other media files (decoded by ffmpeg), or folders of WAV files, read in the order of their names.</param>
    /// <exception cref="ArgumentException">A file has no sound, or a folder no WAV files.</exception>
    public static IReadOnlyList<ReadOnlyMemory<float>> Read(IReadOnlyList<string> paths)
    {
        var found = new List<ReadOnlyMemory<float>>();
        foreach (var path in paths)
        {
            string[] files = Directory.Exists(path)
                ? [.. Directory.GetFiles(path, "*.wav", SearchOption.AllDirectories).Order(StringComparer.Ordinal)]
                : [path];
            if (files.Length == 0)
                throw new ArgumentException($"{nameof(AvsrTrainerOptions.NoisePaths)}: the folder '{path}' has no .wav files.", nameof(paths));
            foreach (var file in files)
                found.Add(ReadFile(file));
        }
        return found;
    }

    private static ReadOnlyMemory<float> ReadFile(string path)
    {
        var clip = new MediaReader().Read(path);
        return clip.Audio is { } audio && audio.SampleRate == SpeechFrontEnd.SampleRate && audio.Samples.Span.ContainsAnyExcept(0f)
            ? audio.Samples
            : throw new ArgumentException($"{nameof(AvsrTrainerOptions.NoisePaths)}: '{path}' has no sound that can be read ({clip.Status}).", nameof(path));
    }
}
