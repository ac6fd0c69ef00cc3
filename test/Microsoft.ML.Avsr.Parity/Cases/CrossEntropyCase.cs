using System.Text.Json;
using Microsoft.ML.Avsr.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Parity.Cases;

/// <summary>Cross entropy with its options and gradients: <c>08_numerics</c> with logits and labels.</summary>
internal sealed class CrossEntropyCase : ICaseCategory
{
    public bool Handles(CaseFolder folder) => folder.Category == "08_numerics" && folder.Has("expected.safetensors") && folder.Tensors().Entries.ContainsKey("logits");

    public void Run(CaseFolder folder, CaseCheck check)
    {
        var tensors = folder.Tensors();
        var tolerance = folder.Tolerance(null);
        foreach (var item in folder.Root.GetProperty("items").EnumerateArray())
            RunItem(tensors, item, tolerance, check);
        using var guard = no_grad();
        var logits = tensors.Read("logits");
        check.Close("log_softmax", tensors.Read("log_softmax"), logits.log_softmax(-1), tolerance);
        check.Close("softmax", tensors.Read("softmax"), logits.softmax(-1), tolerance);
    }

    private static void RunItem(SafetensorsReader tensors, JsonElement item, Tolerance tolerance, CaseCheck check)
    {
        var name = item.Text("loss");
        if (item.Find("sequence") is not null)
        {
            var (sequence, next) = (tensors.Read("seq_logits"), tensors.Read("seq_labels"));
            check.Close(name, tensors.Read(name).reshape(1), Losses.NextToken(sequence, next).reshape(1), tolerance);
            var targets = next.narrow(1, 1, next.shape[1] - 1);
            var counted = targets.ne(-100);
            var right = sequence.narrow(1, 0, sequence.shape[1] - 1).argmax(-1).eq(targets).logical_and(counted);
            check.Close(item.Text("accuracy"), tensors.Read(item.Text("accuracy")).reshape(1),
                right.sum().to(ScalarType.Float64).div(counted.sum()).reshape(1), tolerance);
            return;
        }
        var logits = tensors.Read("logits").requires_grad_();
        var labels = tensors.Read("labels");
        var ignored = item.Integer("ignore_index", -100);
        if (ignored != -100)
            labels = labels.masked_fill(labels.eq(-100), ignored); // "labels with -100 replaced"
        var weight = item.Find("weight") is { } w ? tensors.Read(w.GetString()!) : null;
        var reduction = item.Find("reduction")?.GetString() switch { "sum" => nn.Reduction.Sum, "none" => nn.Reduction.None, _ => nn.Reduction.Mean };
        var loss = nn.functional.cross_entropy(logits, labels, weight, ignored, reduction, item.Number("label_smoothing", 0));
        check.Close(name, tensors.Read(name).reshape(-1), loss.reshape(-1), tolerance);
        if (item.Find("grad") is not { } gradient)
            return;
        loss.backward();
        check.Close(gradient.GetString()!, tensors.Read(gradient.GetString()!), logits.grad!, tolerance);
    }
}
