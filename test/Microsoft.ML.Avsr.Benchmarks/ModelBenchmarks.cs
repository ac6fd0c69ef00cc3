using BenchmarkDotNet.Attributes;
using Microsoft.ML.Avsr.Features;
using Microsoft.ML.Avsr.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Benchmarks;

/// <summary>Features and single modules on three seconds of speech, with random weights: time does not depend on their values.</summary>
public class ModelBenchmarks
{
    private const int MelFrames = 304;
    private const int NewTokens = 16;

    private readonly LogMelSpectrogram _spectrogram = new();
    private readonly float[] _samples = new float[MelFrames * 160];
    private readonly WhisperEncoder _whisper = new(WhisperEncoderConfig.Base);
    private readonly AvHubertEncoder _visual = new(VisualEncoderConfig.Tiny);
    private readonly LlamaForCausalLM _llama = new(LlamaConfig.Tiny(64));
    private Tensor? _mel;      // [1, mels, frames]
    private Tensor? _video;    // [1, 1, frames, height, width]
    private Tensor? _prompt;   // [1, tokens, width]

    [GlobalSetup]
    public void SetUp()
    {
        var random = new Random(1);
        for (var i = 0; i < _samples.Length; i++)
            _samples[i] = (float)(random.NextDouble() - 0.5);
        _whisper.eval();
        _visual.eval();
        _llama.eval();
        _mel = rand([1, 80, MelFrames]);
        _video = rand([1, 1, 75, 88, 88]);
        _prompt = rand([1, 40, _llama.Config.Width]);
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _mel?.Dispose();
        _video?.Dispose();
        _prompt?.Dispose();
    }

    [Benchmark]
    public void LogMel()
    {
        using var mel = _spectrogram.Compute(_samples);
    }

    [Benchmark]
    public void WhisperBaseEncoder()
    {
        using var _ = inference_mode();
        using var scope = NewDisposeScope();
        _whisper.call(_mel!, null);
    }

    [Benchmark]
    public void TinyVisualEncoder()
    {
        using var _ = inference_mode();
        using var scope = NewDisposeScope();
        _visual.call(null, _video!, null);
    }

    /// <summary>A prompt of 40 tokens, then one token after the other from the cache.</summary>
    [Benchmark]
    public void TinyLlamaSixteenTokens()
    {
        using var _ = inference_mode();
        using var scope = NewDisposeScope();
        using var cache = new KeyValueCache(_llama.Config, 1, 40 + NewTokens);
        var hidden = _llama.Decode(_prompt!, cache: cache);   // [1, 40, width]
        for (var i = 0; i < NewTokens; i++)
        {
            using var step = NewDisposeScope();
            var next = _llama.Logits(hidden.select(1, hidden.shape[1] - 1)).argmax(-1).unsqueeze(0);   // [1, 1]
            hidden = _llama.Decode(_llama.Embed(next), cache: cache).MoveToOuterDisposeScope();   // [1, 1, width]
        }
    }
}
