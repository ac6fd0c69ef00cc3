using BenchmarkDotNet.Attributes;
using Microsoft.ML.Avsr.Media;

namespace Microsoft.ML.Avsr.Benchmarks;

/// <summary>Managed work on samples and frames; decoding itself is ffmpeg's.</summary>
[MemoryDiagnoser]
public class MediaBenchmarks
{
    private const int Frames = 75;
    private readonly AlreadyCroppedLocator _locator = new();
    private readonly MemoryStream _wave = new();
    private VideoClip? _frames;

    [GlobalSetup]
    public void SetUp()
    {
        var random = new Random(1);
        var pixels = new byte[Frames * 288 * 360];   // [frames, height, width]
        random.NextBytes(pixels);
        _frames = new VideoClip(pixels, Frames, 288, 360, 25);
        var samples = new float[3 * 16_000];
        for (var i = 0; i < samples.Length; i++)
            samples[i] = (float)(random.NextDouble() - 0.5);
        WaveFile.Write(_wave, new AudioClip(samples, 16_000));
    }

    [Benchmark]
    public VideoClip? ResizeThreeSecondsToMouthSize() => _locator.Crop(_frames!, out _);

    [Benchmark]
    public AudioClip ReadThreeSecondsOfWave()
    {
        _wave.Position = 0;
        return WaveFile.Read(_wave);
    }
}
