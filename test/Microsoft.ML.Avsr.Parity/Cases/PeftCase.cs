using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Parity.Cases;

/// <summary>PEFT adapters: forward, merge, gradients, an optimiser step, a short training: <c>05_lora</c> with an adapter.</summary>
internal sealed partial class PeftCase : ICaseCategory
{
    public bool Handles(CaseFolder folder) => folder.Category == "05_lora" && folder.Has("adapter");

    public void Run(CaseFolder folder, CaseCheck check)
    {
        var tensors = folder.Tensors();
        using var files = HuggingFaceFolder.Open(folder.PathOf("base"));
        using var adapter = PeftAdapter.Open(folder.PathOf("adapter"));
        using var model = LlamaFactory.FromHuggingFace(files, lora: LoraAdapter.ConfigOf(adapter));
        var ids = tensors.Read("input_ids");
        var logitsTolerance = folder.Tolerance("logits");
        using (no_grad())
            check.Close("logits_base", tensors.Read("logits_base"), model.call(ids), logitsTolerance);
        LoraAdapter.Load(model, adapter);
        var adapters = model.named_parameters().Where(p => LoraAdapter.PeftName(p.name) is not null)
            .Select(p => (Name: LoraAdapter.PeftName(p.name)!, p.parameter)).ToArray();
        foreach (var (name, parameter) in model.named_parameters())
            parameter.requires_grad_(LoraAdapter.PeftName(name) is not null);

        var logits = model.call(ids);
        check.Close("logits_adapter", tensors.Read("logits_adapter"), logits, logitsTolerance);
        var loss = Losses.NextToken(logits, tensors.Read("labels"));
        check.Close("loss", tensors.Read("loss").reshape(1), loss.reshape(1), folder.Tolerance("train_loss"));
        loss.backward();
        var gradients = adapters.ToDictionary(a => a.Name, a => a.parameter.grad!.clone());
        check.Close("grad_global_norm", folder.Root.Number("grad_global_norm"), Norm(gradients.Values), new Tolerance(1e-4, 1e-4));
        RunMerge(folder, tensors, model, ids, check);

        var start = adapters.ToDictionary(a => a.Name, a => a.parameter.detach().clone());
        using (var optimizer = Optimizer(folder, adapters))
            optimizer.step();
        using (no_grad())
            check.Close("logits_after_adamw_1", tensors.Read("logits_after_adamw_1"), model.call(ids), logitsTolerance);
        var stepped = adapters.ToDictionary(a => a.Name, a => a.parameter.detach().clone());
        Restore(adapters, start);
        var (final, last) = Train(folder, tensors, model, adapters, check);
        CompareStored(folder, tensors, gradients, stepped, final, last, check);
    }

    private static void RunMerge(CaseFolder folder, SafetensorsReader tensors, LlamaForCausalLM model, Tensor ids, CaseCheck check)
    {
        using var guard = no_grad();
        model.MergeAdapters();
        check.Close("logits_merged", tensors.Read("logits_merged"), model.call(ids), folder.Tolerance("logits"));
        foreach (var name in tensors.Entries.Keys.Where(n => n.StartsWith("merged/", StringComparison.Ordinal)))
            check.Close(name, tensors.Read(name), model.get_parameter(name["merged/".Length..])!, folder.Tolerance("merged"));
        model.UnmergeAdapters();
        check.Close("logits_adapter after unmerging", tensors.Read("logits_adapter"), model.call(ids), folder.Tolerance("logits"));
    }

    private static AdamW Optimizer(CaseFolder folder, (string Name, Parameter Parameter)[] adapters)
    {
        var settings = folder.Root.GetProperty("adamw");
        var betas = settings.GetProperty("betas").Numbers();
        return optim.AdamW(adapters.Select(a => a.Parameter), settings.Number("lr"), betas[0], betas[1], settings.Number("eps"), settings.Number("weight_decay"));
    }

    private static (Dictionary<string, Tensor> Final, Dictionary<string, Tensor> LastGradients) Train(
        CaseFolder folder, SafetensorsReader tensors, LlamaForCausalLM model, (string Name, Parameter Parameter)[] adapters, CaseCheck check)
    {
        var training = folder.Root.GetProperty("training");
        var steps = training.Integer("steps");
        var micro = training.Integer("grad_accumulation");
        var rate = folder.Root.GetProperty("adamw").Number("lr");
        var batches = tensors.Read("train_input_ids"); // [steps, micro-batches, batch, time]
        var ignored = IgnoredPositions(folder);
        using var optimizer = Optimizer(folder, adapters);
        double[] losses = new double[steps], norms = new double[steps], rates = new double[steps];
        for (var step = 0; step < steps; step++)
        {
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            for (var m = 0; m < micro; m++)
            {
                var ids = batches[step][m];
                var labels = ids.clone();
                labels.narrow(1, 0, ignored).fill_(-100);
                var loss = Losses.NextToken(model.call(ids), labels).div(micro);
                loss.backward();
                losses[step] += loss.item<float>();
            }
            norms[step] = nn.utils.clip_grad_norm_(adapters.Select(a => a.Parameter), training.Number("clip_grad_norm"));
            rates[step] = LearningRateSchedules.Cosine(rate, training.Integer("warmup"), steps, step);
            foreach (var group in optimizer.ParamGroups)
                group.LearningRate = rates[step];
            optimizer.step();
        }
        check.Numeric("train_loss", CaseCheck.Numbers(tensors.Read("train_loss")), losses, folder.Tolerance("train_loss"));
        check.Numeric("train_grad_norm_before_clip", CaseCheck.Numbers(tensors.Read("train_grad_norm_before_clip")), norms, new Tolerance(1e-4, 1e-4));
        check.Numeric("train_lr", CaseCheck.Numbers(tensors.Read("train_lr")), rates, new Tolerance(1e-10, 1e-6));
        return (adapters.ToDictionary(a => a.Name, a => a.Parameter.detach().clone()), adapters.ToDictionary(a => a.Name, a => a.Parameter.grad!.clone()));
    }

    // "labels = input_ids with the first 3 positions -100"
    private static long IgnoredPositions(CaseFolder folder)
    {
        var text = folder.Root.Find("tensors")?.Find("train_input_ids")?.Find("what")?.GetString() ?? "";
        return FirstPositions().Match(text) is { Success: true } found ? long.Parse(found.Groups[1].Value, CultureInfo.InvariantCulture) : 0;
    }

    [GeneratedRegex(@"first (\d+) positions")]
    private static partial Regex FirstPositions();

    /// <summary>
    /// Compares the stored gradients and weights with what they really are. In the published collection the tensors <c>grad/*</c> and
    /// <c>adamw_1/*</c> were stored after the training run had overwritten their memory: they are the last clipped gradients (norm 1, not
    /// the stated <c>grad_global_norm</c>) and the final weights. The stated norm decides.
    /// </summary>
    private static void CompareStored(
        CaseFolder folder, SafetensorsReader tensors, Dictionary<string, Tensor> gradients, Dictionary<string, Tensor> stepped,
        Dictionary<string, Tensor> final, Dictionary<string, Tensor> last, CaseCheck check)
    {
        var stored = gradients.Keys.Where(n => tensors.Entries.ContainsKey("grad/" + n)).ToDictionary(n => n, n => tensors.Read("grad/" + n));
        var stated = folder.Root.Number("grad_global_norm");
        var overwritten = Math.Abs(Norm(stored.Values) - stated) > 1e-3 * stated;
        var rate = folder.Root.GetProperty("adamw").Number("lr");
        foreach (var (name, expected) in stored)
            check.Close(overwritten ? $"grad/{name} (last training step)" : "grad/" + name, expected, (overwritten ? last : gradients)[name], folder.Tolerance("grad"));
        foreach (var name in gradients.Keys)
        {
            if (tensors.Entries.ContainsKey("adamw_1/" + name))
            {
                var tolerance = folder.Tolerance("adamw_1");
                if (overwritten)
                    check.Close($"adamw_1/{name} (last training step)", tensors.Read("adamw_1/" + name), final[name], tolerance, 0.001, 2 * rate);
                else
                    check.Close("adamw_1/" + name, tensors.Read("adamw_1/" + name), stepped[name], tolerance, 0.001, 2 * rate);
            }
            if (tensors.Entries.ContainsKey("train_final/" + name))
                check.Close("train_final/" + name, tensors.Read("train_final/" + name), final[name], folder.Tolerance("train_final"), 0.001, 2 * rate);
        }
    }

    private static void Restore((string Name, Parameter Parameter)[] adapters, Dictionary<string, Tensor> values)
    {
        using var guard = no_grad();
        foreach (var (name, parameter) in adapters)
            parameter.copy_(values[name]);
    }

    private static double Norm(IEnumerable<Tensor> tensors) => Math.Sqrt(tensors.Sum(t => t.to(ScalarType.Float64).square().sum().item<double>()));
}
