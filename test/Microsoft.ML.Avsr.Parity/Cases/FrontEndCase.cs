using System.Text;
using System.Text.Json;
using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.ML.Avsr.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Parity.Cases;

/// <summary>AV-HuBERT's visual front end: <c>01_frontend…</c>, evaluated or trained, with stored or computed weights.</summary>
internal sealed class FrontEndCase : ICaseCategory
{
    public bool Handles(CaseFolder folder) => folder.Category.StartsWith("01_frontend", StringComparison.Ordinal);

    public void Run(CaseFolder folder, CaseCheck check)
    {
        var config = folder.Config;
        var planes = config.GetProperty("planes").Integers();
        using var network = new VisualResNet(
            VisualEncoderConfig.Large with
            {
                StemChannels = config.Integer("frontend_nout"), StageChannels = planes, LearnedSlope = config.Text("relu_type") == "prelu",
                BlocksPerStage = config.Find("blocks")?[0].GetInt32() ?? 2,
            },
            ModuleConstruction.Default);
        var io = folder.Tensors("io.safetensors");
        var tolerance = folder.Tolerance(null);
        Tensor input;
        if (folder.Root.Find("procedural") is { } rules)
        {
            input = Fill(network, rules, io, check);
        }
        else
        {
            StateDictionaryLoader.Load(network, folder.Tensors("weights.safetensors"));
            input = io.Read("input");
        }
        if (io.Entries.ContainsKey("cotangent"))
        {
            Train(network, input.requires_grad_(), io, tolerance, check);
            return;
        }
        using var guard = no_grad();
        network.eval();
        // The reference gives [batch, width, time].
        check.Close("output", io.Read("output"), network.call(input, null).transpose(1, 2), tolerance);
    }

    private static void Train(VisualResNet network, Tensor input, SafetensorsReader io, Tolerance tolerance, CaseCheck check)
    {
        network.train();
        var output = network.call(input, null).transpose(1, 2);
        check.Close("output", io.Read("output"), output, tolerance);
        output.mul(io.Read("cotangent")).sum().backward();
        if (io.Entries.ContainsKey("grad.input"))
            check.Close("grad.input", io.Read("grad.input"), input.grad!, tolerance);
        foreach (var (name, parameter) in network.named_parameters())
            check.Close("grad." + name, io.Read("grad." + name), parameter.grad!, tolerance);
        foreach (var (name, buffer) in network.named_buffers())
            check.Close("after." + name, io.Read("after." + name), buffer, tolerance);
    }

    /// <summary>Weights from the case's formula; returns the input made in the same way.</summary>
    private static Tensor Fill(VisualResNet network, JsonElement rules, SafetensorsReader io, CaseCheck check)
    {
        var seed = rules.GetProperty("seed").GetUInt64();
        using var guard = no_grad();
        var state = network.state_dict();
        foreach (var rule in rules.GetProperty("tensors").EnumerateObject())
        {
            if (rule.Name == "input")
                continue;
            var values = Made(rule.Name, rule.Value, seed);
            state[rule.Name].copy_(values);
            if (io.Entries.ContainsKey("check.first8." + rule.Name))
                check.Close("check.first8." + rule.Name, io.Read("check.first8." + rule.Name), values.reshape(-1).narrow(0, 0, 8), Tolerance.Exact);
        }
        return Made("input", rules.TryGetProperty("input", out var own) ? own : rules.GetProperty("tensors").GetProperty("input"), seed);
    }

    private static Tensor Made(string name, JsonElement rule, ulong seed)
    {
        var shape = rule.GetProperty("shape").EnumerateArray().Select(v => v.GetInt64()).ToArray();
        var (low, high) = (rule.Number("lo"), rule.Number("hi"));
        var hash = 0xcbf29ce484222325UL;
        foreach (var letter in Encoding.UTF8.GetBytes(name))
            hash = unchecked((hash ^ letter) * 0x100000001b3UL);
        const ulong Golden = 0x9E3779B97F4A7C15UL;
        var start = hash ^ unchecked(seed * Golden);
        var values = new float[shape.Aggregate(1L, (a, b) => a * b)];
        for (var i = 0L; i < values.Length; i++)
        {
            unchecked
            {
                var z = start + (ulong)(i + 1) * Golden;
                z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
                z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
                z ^= z >> 31;
                values[i] = (float)(low + (high - low) * ((z >> 40) / 16777216.0));
            }
        }
        return tensor(values, shape);
    }
}
