using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Avsr.Features;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using Microsoft.ML.Avsr.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Benchmarks;

/// <summary>
/// The paper's model at its full size with random weights in bfloat16, on the processor: builds it, encodes one clip, projects it, and
/// decodes a few tokens. Prints the seconds of each stage and the peak memory as a multiple of the weights' size.
/// </summary>
internal static class FullSizeCommand
{
    private const double ClipSeconds = 5;
    private const int Tokens = 16;
    private const double MemoryLimit = 1.2; // multiples of the weights' size

    /// <summary>Runs it: <c>full-size [PRESET]</c>.</summary>
    /// <returns>0 when the memory stayed within its limit.</returns>
    public static int Run(string[] arguments)
    {
        var preset = arguments.Length > 0 ? ModelPreset.Parse(arguments[0]) : new ModelPreset();
        var config = preset.Build();
        var construction = new ModuleConstruction { DType = ScalarType.BFloat16 };
        Console.WriteLine($"{preset}, bfloat16, one clip of {ClipSeconds} s, {Tokens} tokens");
        using var inference = inference_mode();
        using var whisper = Timed("build Whisper", () => new WhisperEncoder(config.AudioEncoder!, construction));
        using var visual = Timed("build AV-HuBERT", () => new AvHubertEncoder(config.VisualEncoder!, config.VisualLora, construction));
        using var projector = Timed("build projector", () => new MultimodalProjector(config.Projector, construction));
        using var llm = Timed("build language model", () => new LlamaForCausalLM(config.LanguageModel, config.Lora, construction));
        nn.Module[] modules = [whisper, visual, projector, llm];
        foreach (var module in modules)
            module.eval();
        var weights = modules.Sum(m => m.state_dict().Values.Sum(t => t.numel() * t.element_size()));

        using var scope = NewDisposeScope();
        manual_seed(1);
        var samples = Enumerable.Range(0, (int)(ClipSeconds * LogMelSpectrogram.SampleRate)).Select(i => (float)Math.Sin(i * 0.05) * 0.1f).ToArray();
        using var features = new LogMelSpectrogram(config.AudioEncoder!.MelBins);
        var mel = Timed("log-mel", () => features.Compute(samples, standardize: true, LogMelSpectrogram.ThirtySeconds).unsqueeze(0)); // [1, mels, 3000]
        var frames = randn([1, 1, (long)(ClipSeconds * 25), 88, 88]); // [1, 1, time, 88, 88]
        var kept = WhisperEncoder.ReferenceFrames(samples.Length);
        var audio = Timed("encode sound (30 s)", () => TokenCompression.AveragePool(whisper.call(mel, null).Keep([kept]), config.AudioRate));
        var video = Timed("encode picture", () => TokenCompression.AveragePool(visual.call(null, frames, null), config.VideoRate));
        var projected = Timed("project", () => projector.call(audio, video));
        var assembler = new PromptAssembler(config, StandIn());
        var prompt = assembler.Assemble(llm, projected.Audio, audio.Lengths(), projected.Video, video.Lengths(), transcripts: null);
        Timed("prefill", () => GreedySearch.Decode(llm, prompt, [], new DecodingOptions { MaxTokens = 1 }, CancellationToken.None));
        var found = Timed($"prefill and decode {Tokens}", () => GreedySearch.Decode(llm, prompt, [], new DecodingOptions { MaxTokens = Tokens }, CancellationToken.None));

        var peak = Process.GetCurrentProcess().PeakWorkingSet64;
        Line("prompt", $"{prompt.Lengths[0]} positions, {found[0].Tokens.Length} tokens decoded");
        Line("weights", $"{weights / 1e9:0.00} GB");
        Line("peak memory", $"{peak / 1e9:0.00} GB, {peak / (double)weights:0.00} times the weights (limit {MemoryLimit:0.0})");
        return peak <= MemoryLimit * weights ? 0 : 1;
    }

    // Only the ids of the added tokens are needed, not a vocabulary of that size.
    private static SpeechTokenizer StandIn() => SpeechTokenizer.FromVocabulary(ByteLevelBpeTrainer.Train(["transcribe speech and video to text."], 300));

    private static T Timed<T>(string stage, Func<T> work)
    {
        var clock = Stopwatch.StartNew();
        var result = work();
        Line(stage, $"{clock.Elapsed.TotalSeconds:0.00} s");
        return result;
    }

    private static void Line(string name, FormattableString text) => Console.WriteLine($"{name,-24} {text.ToString(CultureInfo.InvariantCulture)}");
}
