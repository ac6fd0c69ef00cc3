using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.Avsr.Recognition;

namespace Microsoft.ML.Avsr.Training;

/// <summary>Identifies clips by their content.</summary>
internal static class DataFingerprint
{
    /// <summary>SHA-256 of a clip's sound and picture.</summary>
    /// <param name="input">The clip.</param>
    public static string Of(SpeechInput input)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        if (input.Audio is { } audio)
        {
            hash.AppendData(Encoding.ASCII.GetBytes($"audio {audio.Samples.Length}\n"));
            hash.AppendData(MemoryMarshal.AsBytes(audio.Samples.Span));
        }
        if (input.Video is { } video)
        {
            hash.AppendData(Encoding.ASCII.GetBytes($"video {video.Frames} {video.Height} {video.Width}\n"));
            hash.AppendData(video.Pixels.Span);
        }
        foreach (var (name, features) in new[] { ("audio", input.AudioFeatures), ("video", input.VideoFeatures) })
        {
            if (features is null)
                continue;
            hash.AppendData(Encoding.ASCII.GetBytes($"{name} features {features.Time} {features.Width}\n"));
            hash.AppendData(MemoryMarshal.AsBytes(features.Values.Span));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>SHA-256 over clips and transcripts, in order.</summary>
    /// <param name="examples">The clips.</param>
    public static string Of(IReadOnlyList<TrainingExample> examples)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var example in examples)
            hash.AppendData(Encoding.UTF8.GetBytes($"{Of(example.Input)} {example.Transcript}\n"));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>SHA-256 of a file, or of a folder's files and their names.</summary>
    /// <param name="path">The file or folder.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static string OfPath(string path)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        string[] files = Directory.Exists(path) ? [.. Directory.GetFiles(path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)] : [path];
        foreach (var file in files)
        {
            using var stream = File.OpenRead(file);
            hash.AppendData(Encoding.UTF8.GetBytes($"{(file == path ? "" : Path.GetRelativePath(path, file))}\n"));
            hash.AppendData(SHA256.HashData(stream));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
