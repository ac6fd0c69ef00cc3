using System.Text.Json;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Parity.Cases;

/// <summary>Clipping of gradients by their norm: <c>08_numerics</c> with clipped gradients.</summary>
internal sealed class ClippingCase : ICaseCategory
{
    public bool Handles(CaseFolder folder) =>
        folder.Category == "08_numerics" && folder.Root.Find("items") is { } items && items[0].Find("max_norm") is not null;

    public void Run(CaseFolder folder, CaseCheck check)
    {
        var tensors = folder.Tensors();
        var tolerance = folder.Tolerance(null);
        foreach (var item in folder.Root.GetProperty("items").EnumerateArray())
        {
            var names = item.GetProperty("clipped").EnumerateArray().Select(n => n.GetString()!).ToArray();
            var parameters = new List<Parameter>();
            for (var i = 0; i < names.Length; i++)
            {
                var gradient = tensors.Read($"grad_{i}");
                var parameter = new Parameter(zeros_like(gradient));
                parameter.mul(gradient).sum().backward(); // its gradient is now the given one
                parameters.Add(parameter);
            }
            parameters.Add(new Parameter(zeros(3))); // without a gradient
            var kind = item.GetProperty("norm_type");
            var type = kind.ValueKind == JsonValueKind.String ? double.PositiveInfinity : kind.GetDouble();
            var norm = nn.utils.clip_grad_norm_(parameters, item.Number("max_norm"), type);
            check.Close($"norm {kind}, {item.Number("max_norm")}", item.Number("returned_norm"), norm, tolerance);
            for (var i = 0; i < names.Length; i++)
                check.Close(names[i], tensors.Read(names[i]), parameters[i].grad!, tolerance);
        }
    }
}
