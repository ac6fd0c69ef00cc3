using System.Text.Json;
using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.ML.Avsr.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Parity.Cases;

/// <summary>AdamW trajectories of a small network: <c>08_numerics</c> with an optimiser.</summary>
internal sealed class OptimizerCase : ICaseCategory
{
    private static readonly string[] s_names = ["fc1.weight", "fc1.bias", "norm.weight", "norm.bias", "fc2.weight", "fc2.bias"];

    public bool Handles(CaseFolder folder) => folder.Category == "08_numerics" && folder.Root.Find("config")?.Find("optimizer") is not null;

    public void Run(CaseFolder folder, CaseCheck check)
    {
        var tensors = folder.Tensors();
        var config = folder.Config;
        var parameters = s_names.ToDictionary(n => n, n => new Parameter(tensors.Read("init/" + n)));
        using var optimizer = Optimizer(config, parameters);
        var steps = config.Integer("steps");
        var rates = folder.Root.GetProperty("lrs_per_group").EnumerateArray().Select(r => r.Numbers()).ToArray();
        double[] losses = new double[steps], norms = new double[steps];
        for (var step = 0; step < steps; step++)
        {
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            var loss = Loss(config, parameters, tensors.Read("x")[step], tensors.Read("y")[step]);
            loss.backward();
            losses[step] = loss.item<float>();
            if (step == 0)
                foreach (var name in s_names.Where(n => tensors.Entries.ContainsKey("grad_step1/" + n)))
                    check.Close("grad_step1/" + name, tensors.Read("grad_step1/" + name), parameters[name].grad!, folder.Tolerance("grad"));
            norms[step] = nn.utils.clip_grad_norm_(parameters.Values, config.Find("clip_grad_norm")?.GetDouble() ?? 1e30);
            var group = 0;
            foreach (var options in optimizer.ParamGroups)
                options.LearningRate = rates[step][group++];
            optimizer.step();
            foreach (var name in s_names.Where(n => tensors.Entries.ContainsKey($"step{step + 1}/{n}")))
                check.Close($"step{step + 1}/{name}", tensors.Read($"step{step + 1}/{name}"), parameters[name], folder.Tolerance("params"));
        }
        check.Numeric("losses", folder.Root.GetProperty("losses").Numbers(), losses, folder.Tolerance("loss"));
        check.Numeric("gradient norms", folder.Root.GetProperty("grad_norms_before_clip").Numbers(), norms, new Tolerance(1e-5, 1e-4));
        CompareRates(config, rates, check);
    }

    private static AdamW Optimizer(JsonElement config, Dictionary<string, Parameter> parameters)
    {
        var settings = config.GetProperty("optimizer");
        var betas = settings.GetProperty("betas").Numbers();
        var (rate, decay, epsilon) = (settings.Number("lr"), settings.Number("weight_decay"), settings.Number("eps"));
        if (config.Text("param_groups") == "one")
            return optim.AdamW(parameters.Values, rate, betas[0], betas[1], epsilon, decay);
        // "2-D weights decay with weight_decay and lr; 1-D parameters weight_decay 0, lr*0.5"
        return optim.AdamW(
            [
                new AdamW.ParamGroup(parameters.Values.Where(p => p.dim() == 2), rate, betas[0], betas[1], epsilon, decay),
                new AdamW.ParamGroup(parameters.Values.Where(p => p.dim() == 1), rate * 0.5, betas[0], betas[1], epsilon, 0),
            ], rate, betas[0], betas[1], epsilon);
    }

    private static Tensor Loss(JsonElement config, Dictionary<string, Parameter> p, Tensor x, Tensor y)
    {
        var hidden = nn.functional.linear(x, p["fc1.weight"], p["fc1.bias"]); // [batch, hidden]
        var normed = nn.functional.layer_norm(hidden, [hidden.shape[1]], p["norm.weight"], p["norm.bias"], config.Number("layer_norm_eps"));
        var active = config.Text("activation") switch
        {
            "relu" => nn.functional.relu(normed),
            "silu" => nn.functional.silu(normed),
            "gelu" => nn.functional.gelu(normed),
            "tanh" => normed.tanh(),
            var other => throw new NotSupportedException($"the activation '{other}' is not known"),
        };
        var logits = nn.functional.linear(active, p["fc2.weight"], p["fc2.bias"]); // [batch, out]
        return nn.functional.cross_entropy(logits, y, label_smoothing: config.Number("label_smoothing", 0));
    }

    /// <summary>The stored rates against our schedule, where the case uses one: "get_cosine_schedule_with_warmup(warmup 5, total 25) ...".</summary>
    private static void CompareRates(JsonElement config, double[][] rates, CaseCheck check)
    {
        var words = config.Text("schedule").Split([' ', '(', ')', ','], StringSplitOptions.RemoveEmptyEntries);
        if (words[0] != "get_cosine_schedule_with_warmup")
            return;
        var warmup = int.Parse(words[Array.IndexOf(words, "warmup") + 1], System.Globalization.CultureInfo.InvariantCulture);
        var total = int.Parse(words[Array.IndexOf(words, "total") + 1], System.Globalization.CultureInfo.InvariantCulture);
        var peak = config.GetProperty("optimizer").Number("lr");
        check.Numeric("rates", [.. rates.Select(r => r[0])], [.. rates.Select((_, step) => LearningRateSchedules.Cosine(peak, warmup, total, step))], new Tolerance(1e-15, 1e-9));
    }
}
