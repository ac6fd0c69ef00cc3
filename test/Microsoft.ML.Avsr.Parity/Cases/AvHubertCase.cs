using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.ML.Avsr.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Parity.Cases;

/// <summary>AV-HuBERT encoders, from state dictionaries and fairseq files, plain or with adapters: <c>03_avhubert…</c>.</summary>
internal sealed class AvHubertCase : ICaseCategory
{
    private static readonly string[] s_modes = ["video_only", "audio_only", "audio_video", "audio_video_padded"];

    public bool Handles(CaseFolder folder) => folder.Category.StartsWith("03_avhubert", StringComparison.Ordinal);

    public void Run(CaseFolder folder, CaseCheck check)
    {
        if (folder.Has("lora_weights.safetensors"))
            RunAdapters(folder, check);
        else
            RunModes(folder, check);
    }

    private static void RunModes(CaseFolder folder, CaseCheck check)
    {
        using var guard = no_grad();
        var tolerance = folder.Tolerance(null);
        using var encoder = Encoder(folder, folder);
        var input = folder.Tensors("input.safetensors");
        var video = input.Read("video");                  // [batch, 1, time, 88, 88]
        var audio = input.Read("audio").transpose(1, 2);  // [batch, time, 104]
        var real = input.Read("padding_mask").to(ScalarType.Bool).logical_not();
        Tensor Output(AvHubertEncoder module, string mode)
        {
            var isPadded = mode.EndsWith("padded", StringComparison.Ordinal);
            module.ReferencePadding = isPadded;
            return module.call(mode == "video_only" ? null : audio, mode == "audio_only" ? null : video, isPadded ? real : null).Features;
        }
        foreach (var mode in s_modes.Where(m => folder.Has(m + ".safetensors")))
            check.Close(mode, folder.Tensors(mode + ".safetensors").Read("output"), Output(encoder, mode), tolerance);
        if (folder.Has("more.safetensors"))
            check.Close("extract_features_padded", folder.Tensors("more.safetensors").Read("extract_features_padded"), Output(encoder, "audio_video_padded"), tolerance);
        RunOneLayer(folder, folder.Tensors("weights.safetensors"), encoder.Config, audio, video, tolerance, check);
        foreach (var file in Directory.GetFiles(folder.Location, "checkpoint*.pt").Order(StringComparer.Ordinal))
        {
            using var checkpoint = AvHubertCheckpoint.Open(file);
            using var loaded = AvHubertFactory.FromCheckpoint(checkpoint);
            var isHalf = Path.GetFileName(file).Contains("fp16", StringComparison.Ordinal);
            var allowed = isHalf ? folder.Tolerance("checkpoint_fp16_abs", tolerance) : tolerance;
            foreach (var mode in s_modes.Where(m => folder.Has(m + ".safetensors")))
                check.Close($"{mode} of {Path.GetFileName(file)}", folder.Tensors(mode + ".safetensors").Read("output"), Output(loaded, mode), allowed);
        }
    }

    /// <summary>What the first block gives: an encoder cut after one layer, through the final norm where there is one.</summary>
    private static void RunOneLayer(
        CaseFolder folder, SafetensorsReader weights, VisualEncoderConfig config, Tensor audio, Tensor video, Tolerance tolerance, CaseCheck check)
    {
        using var cut = new AvHubertEncoder(config with { Layers = 1 }, null, ModuleConstruction.ForLoading);
        StateDictionaryLoader.Load(cut, weights, strict: false);
        cut.eval();
        var norm = cut.state_dict();
        foreach (var mode in s_modes.Take(3).Where(m => folder.Has(m + ".safetensors")))
        {
            var stored = folder.Tensors(mode + ".safetensors");
            if (!stored.Entries.ContainsKey("act.layer0"))
                continue;
            var expected = stored.Read("act.layer0").transpose(0, 1); // stored as [time, batch, width]
            if (config.NormFirst)
                expected = nn.functional.layer_norm(expected, [expected.shape[2]], norm["encoder.layer_norm.weight"], norm["encoder.layer_norm.bias"]);
            var actual = cut.call(mode == "video_only" ? null : audio, mode == "audio_only" ? null : video, null).Features;
            check.Close($"{mode}: act.layer0", expected, actual, tolerance);
        }
    }

    private static void RunAdapters(CaseFolder folder, CaseCheck check)
    {
        // "see 03_avhubert_lnfirst/weights.safetensors and input.safetensors"
        using var plain = folder.Other(folder.Config.Text("weights_and_input").Split(' ', '/').First(w => w.StartsWith("03_", StringComparison.Ordinal)));
        var tolerance = folder.Tolerance(null);
        var lora = new LoraConfig { Reduction = folder.Config.Integer("rank_divisor"), Scale = folder.Config.Number("scaling_lora") };
        using var encoder = Encoder(folder, plain, lora);
        StateDictionaryLoader.Load(encoder, folder.Tensors("lora_weights.safetensors"), key => key.Contains(".lora_", StringComparison.Ordinal) ? key : null);
        var io = folder.Tensors("io.safetensors");
        var output = encoder.call(null, plain.Tensors("input.safetensors").Read("video"), null).Features;
        check.Close("output", io.Read("output"), output, tolerance);
        output.mul(io.Read("cotangent")).sum().backward();
        var gradients = encoder.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        foreach (var name in io.Entries.Keys.Where(n => n.StartsWith("grad.", StringComparison.Ordinal)))
            check.Close(name, io.Read(name), gradients[name["grad.".Length..]].grad!, tolerance);
    }

    private static AvHubertEncoder Encoder(CaseFolder folder, CaseFolder weights, LoraConfig? lora = null)
    {
        var model = folder.Config.GetProperty("model");
        return AvHubertFactory.FromWeights(
            weights.Tensors("weights.safetensors"), model.Integer("encoder_attention_heads"), model.Flag("layer_norm_first"), lora);
    }
}
