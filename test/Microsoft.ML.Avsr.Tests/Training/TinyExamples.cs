using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Avsr.Recognition;
using Microsoft.ML.Avsr.Training;

namespace Microsoft.ML.Avsr.Tests.Training;

/// <summary>Small made-up clips: a tone and a bright bar per word, so that sound and picture both tell the words apart.</summary>
internal static class TinyExamples
{
    private static readonly string[] s_words = ["red", "green", "blue", "white"];

    /// <summary>Makes clips of two words each.</summary>
    public static List<TrainingExample> Make(int count, int seed = 5, bool audio = true, bool video = true)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            var words = new[] { random.Next(4), random.Next(4) };
            var frames = 20 + i % 3;
            return new TrainingExample(
                new SpeechInput(audio ? Tone(words, frames * 640, random) : null, video ? Bars(words, frames, random) : null),
                $"{s_words[words[0]]} {s_words[words[1]]}", $"clip {i}");
        })];
    }

    /// <summary>A model trained for one pass, in well under a second of steps.</summary>
    public static TrainedModel Train(List<TrainingExample> examples, int seed = 3, AvsrTrainerOptions? options = null) =>
        AvsrTrainer.Train(examples, (options ?? new AvsrTrainerOptions()) with { Budget = TrainingBudget.Epochs(1, 1), Seed = seed, VideoPasses = 1, NoisyVersions = 1 });

    private static AudioClip Tone(int[] words, int samples, Random random)
    {
        var wave = new float[samples];
        for (var t = 0; t < samples; t++)
            wave[t] = (float)(0.3 * Math.Sin(2 * Math.PI * (300 + 250 * words[t * 2 / samples]) * t / 16000) + 0.01 * (random.NextDouble() - 0.5));
        return new AudioClip(wave, 16000);
    }

    private static VideoClip Bars(int[] words, int frames, Random random)
    {
        var pixels = new byte[frames * 96 * 96];
        for (var t = 0; t < frames; t++)
        {
            var top = 20 + 15 * words[t * 2 / frames];
            for (var y = 0; y < 96; y++)
                for (var x = 0; x < 96; x++)
                    pixels[(t * 96 + y) * 96 + x] = (byte)((y >= top && y < top + 12 ? 220 : 60) + random.Next(10));
        }
        return new VideoClip(pixels, frames, 96, 96, 25);
    }
}
