using Microsoft.ML;
using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Data;
using Samples.Data;

namespace Samples.Transforms;

/// <summary>Decodes media files into columns of sound and frames. A file that cannot be read costs its row nothing but its clips.</summary>
public static class LoadSpeechMedia
{
    public static void Example()
    {
        using var clips = new SampleClips(2);
        clips.Rows.Add(new SampleClip { Path = "nowhere.mp4" });
        var mlContext = new MLContext();
        var data = mlContext.Data.LoadFromEnumerable(clips.Rows);

        var loaded = mlContext.Transforms.LoadSpeechMedia("Audio", "Video", "Path").Fit(data).Transform(data);
        var sounds = loaded.GetColumn<AudioClip>("Audio");
        foreach (var (sound, status) in sounds.Zip(loaded.GetColumn<string>("MediaStatus")))
            Console.WriteLine(sound is null ? status : $"{status}: {sound.Samples.Length} samples at {sound.SampleRate} Hz");
    }
}

// Expected output:
// AudioOnly: 4800 samples at 16000 Hz
// AudioOnly: 4960 samples at 16000 Hz
// Missing
