using System.Globalization;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using Microsoft.ML.Avsr.Tests.Training;
using Microsoft.ML.Avsr.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.GpuCheck;

/// <summary>
/// Every module computes on a device what it computes on the processor, and a model trains there. The tests marked <c>Gpu</c> run them on CUDA;
/// an ordinary test runs them on the processor itself, so that the checks cannot rot.
/// </summary>
internal static class DeviceChecks
{
    private const double Tolerance = 1e-3;

    /// <summary>The checks by name; each throws when the device disagrees.</summary>
    public static IReadOnlyDictionary<string, Action<Device>> All { get; } = new Dictionary<string, Action<Device>>(StringComparer.Ordinal)
    {
        ["Whisper encoder"] = device => Compare(device, () => new WhisperEncoder(WhisperEncoderConfig.Tiny with { Layers = 2 }),
            () => [randn(2, 80, 100)], (module, x) => [module.call(x[0], null).Features]),
        ["Whisper encoder from scratch"] = device => Compare(device, () => new WhisperEncoder(WhisperEncoderConfig.Scratch),
            () => [randn(2, 80, 100)], (module, x) => [module.call(x[0], null).Features]),
        ["AV-HuBERT"] = device => Compare(device, () => new AvHubertEncoder(VisualEncoderConfig.Base with { Layers = 2 }, LoraConfig.AvHubertReference),
            () => [randn(2, 9, 104), randn([2, 1, 9, 88, 88])], (module, x) => [module.call(x[0], x[1], null).Features]),
        ["small visual encoder"] = device => Compare(device, () => new AvHubertEncoder(VisualEncoderConfig.Tiny),
            () => [randn([2, 1, 9, 88, 88])], (module, x) => [module.call(null, x[0], null).Features]),
        ["dense projector"] = device => Projector(device, ProjectorRouting.Dense, false),
        ["JEJR"] = device => Projector(device, ProjectorRouting.Jejr, true),
        ["JEDR"] = device => Projector(device, ProjectorRouting.Jedr, false),
        ["DEDR"] = device => Projector(device, ProjectorRouting.Dedr, true),
        ["Llama with adapters"] = device => Compare(device,
            () => new LlamaForCausalLM(LlamaConfig.Tiny(300) with { KeyValueHeads = 2 }, new LoraConfig { Rank = 4, Targets = LoraTargets.All, Initialization = LoraInitialization.Reference }),
            () => [randint(0, 300, [2, 17])], (module, x) => [module.call(x[0])]),
        ["CTC head"] = device => Compare(device, () => new CtcHead(32, 20), () => [randn(2, 9, 32)], (module, x) => [module.call(x[0])]),
        ["a training run"] = Train,
    };

    private static void Projector(Device device, ProjectorRouting routing, bool beyond) => Compare(device,
        () => new MultimodalProjector(new ProjectorConfig
        {
            AudioWidth = 32, VideoWidth = 32, OutputWidth = 24, Hidden = 48, Routing = routing, SharedExpert = beyond, PresenceRouting = beyond,
        }),
        () => [randn(2, 9, 32), randn(2, 7, 32)],
        (module, x) =>
        {
            var projected = module.call(new EncodedSequence(x[0], null), new EncodedSequence(x[1], null));
            Tensor[] losses = projected.LoadBalanceLoss is { } balance ? [balance, projected.RouterZLoss!] : [];
            return [projected.Audio!, projected.Video!, .. losses];
        });

    /// <summary>Compares outputs and the gradients of all parameters.</summary>
    internal static void Compare<T>(Device device, Func<T> make, Func<Tensor[]> inputs, Func<T, Tensor[], Tensor[]> run) where T : nn.Module
    {
        using var generator = manual_seed(17);
        using var scope = NewDisposeScope();
        using var module = make();
        module.eval(); // dropout draws from the device's own generator
        var given = inputs();
        var expected = Run(module, given, run);
        foreach (var parameter in module.parameters())
            parameter.grad?.zero_();
        module.to(device);
        var actual = Run(module, [.. given.Select(x => x.to(device))], run);
        foreach (var (name, value) in expected)
        {
            var difference = actual[name].sub(value).abs().max().item<float>();
            var size = Math.Max(1, value.abs().max().item<float>());
            if (!(difference <= Tolerance * size))
                throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{name} differs by {difference:g3}; its largest number is {size:g3}."));
        }
    }

    private static Dictionary<string, Tensor> Run<T>(T module, Tensor[] inputs, Func<T, Tensor[], Tensor[]> run) where T : nn.Module
    {
        var outputs = run(module, inputs);
        var found = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        Tensor? total = null;
        for (var i = 0; i < outputs.Length; i++)
        {
            found[$"output {i}"] = outputs[i].detach().cpu().clone();
            var mean = outputs[i].square().mean();
            total = total is null ? mean : total.add(mean);
        }
        total!.backward();
        foreach (var (name, parameter) in module.named_parameters())
        {
            if (parameter.grad is { } gradient)
                found["gradient of " + name] = gradient.cpu().clone();
        }
        return found;
    }

    private static void Train(Device device)
    {
        var options = new AvsrTrainerOptions { Budget = TrainingBudget.Epochs(2, 2), VideoPasses = 1, NoisyVersions = 1 };
        var examples = TinyExamples.Make(8);
        var trained = AvsrTrainer.Train(examples, options, device: device);
        using var recognizer = new SpeechRecognizer(trained.Model, new DecodingOptions { MaxTokens = 8 });
        if (trained.Model.parameters().Any(p => p.device_type != device.type || !p.isfinite().all().item<bool>()))
            throw new InvalidOperationException("A parameter is not finite, or not on the device.");
        if (recognizer.Transcribe([examples[0].Input])[0].Modality != Modality.AudioVisual)
            throw new InvalidOperationException("The trained model does not recognise.");
    }
}
