using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Avsr.Benchmarks;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using Microsoft.ML.Avsr.Text;
using Microsoft.ML.Avsr.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.GpuCheck;

/// <summary>Training and decoding speed of Tiny's last stage, and of the paper's projector and language model in bfloat16 with random weights.</summary>
internal static class SpeedReport
{
    private const int Runs = 5;
    private const int Clips = 8;
    private const int DecodedTokens = 32;

    public static void Print(Device device, string preset)
    {
        using (var tiny = new StepModel(device))
        {
            Line("Tiny, training", StepModel.Clips / Median(device, () => tiny.Step()), "clips/s");
            Line("Tiny, decoding", Decode(device, tiny.LanguageModel, tiny.Prompt), "tokens/s");
        }
        var config = ModelPreset.Parse(preset).Build();
        var construction = new ModuleConstruction { Device = device, DType = ScalarType.BFloat16 };
        using var projector = new MultimodalProjector(config.Projector, construction);
        using var llm = new LlamaForCausalLM(config.LanguageModel, config.Lora, construction);
        foreach (var (name, parameter) in llm.named_parameters())
            parameter.requires_grad = name.Contains(".lora_", StringComparison.Ordinal);
        List<Parameter> trained = [.. projector.parameters(), .. llm.parameters().Where(p => p.requires_grad)];
        using var masters = new MasterWeights(trained);
        using var optimizer = optim.AdamW(masters.Optimized, 1e-4, 0.9, 0.98);
        // Three seconds of sound and picture at rates 4 and 2, and a transcript of 20 tokens.
        var tokenizer = SpeechTokenizer.FromVocabulary(ByteLevelBpeTrainer.Train(["transcribe speech and video to text."], 300));
        var assembler = new PromptAssembler(config with { AudioPrompt = "", VideoPrompt = "", AudioVisualPrompt = "" }, tokenizer);
        using var audio = randn([Clips, 38, config.Projector.AudioWidth!.Value], ScalarType.BFloat16, device).DetachFromDisposeScope();
        using var video = randn([Clips, 38, config.Projector.VideoWidth!.Value], ScalarType.BFloat16, device).DetachFromDisposeScope();
        int[][] transcripts = [.. Enumerable.Range(0, Clips).Select(_ => Enumerable.Range(40, 20).ToArray())];
        PromptBatch Prompt(int[][]? texts, out ProjectedTokens projected)
        {
            var (a, v) = (new EncodedSequence(audio, null), new EncodedSequence(video, null));
            projected = projector.call(a, v);
            return assembler.Assemble(llm, projected.Audio, a.Lengths(), projected.Video, v.Lengths(), texts);
        }
        Line($"{preset}, training", Clips / Median(device, () =>
        {
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            var prompt = Prompt(transcripts, out var projected);
            TranscriptLoss.CrossEntropy(llm, prompt).add(projected.LoadBalanceLoss!.mul(0.01)).add(projected.RouterZLoss!.mul(0.001)).backward();
            masters.TakeGradients();
            optimizer.step();
            masters.Publish();
        }), "clips/s");
        Line($"{preset}, decoding", Decode(device, llm, () => Prompt(null, out _)), "tokens/s");
    }

    private static double Decode(Device device, LlamaForCausalLM llm, Func<PromptBatch> prompt)
    {
        using var inference = inference_mode();
        llm.eval();
        // No end token is found, so that every clip decodes as many.
        var seconds = Median(device, () =>
        {
            using var scope = NewDisposeScope();
            GreedySearch.Decode(llm, prompt(), [-1], new DecodingOptions { MaxTokens = DecodedTokens }, CancellationToken.None);
        });
        return Clips * DecodedTokens / seconds;
    }

    private static double Median(Device device, Action work)
    {
        work();
        var seconds = new double[Runs];
        for (var run = 0; run < Runs; run++)
        {
            var clock = Stopwatch.StartNew();
            work();
            if (device.type == DeviceType.CUDA)
                cuda.synchronize(device);
            seconds[run] = clock.Elapsed.TotalSeconds;
        }
        return seconds.Order().ElementAt(Runs / 2);
    }

    private static void Line(string name, double rate, string unit) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-48} {rate,10:0.0} {unit}, {Clips} clips at once, median of {Runs}"));
}
