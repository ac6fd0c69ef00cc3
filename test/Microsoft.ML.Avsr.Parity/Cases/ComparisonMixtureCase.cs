using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.ML.Avsr.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Parity.Cases;

/// <summary>CuMo's mixture, a setting of the same module: <c>06_cumo…</c>.</summary>
internal sealed class ComparisonMixtureCase : ICaseCategory
{
    private const double BalanceShare = 0.1, ZShare = 0.01; // CuMo's weights of the losses

    public bool Handles(CaseFolder folder) => folder.Category.StartsWith("06_cumo", StringComparison.Ordinal);

    public void Run(CaseFolder folder, CaseCheck check)
    {
        var io = folder.Tensors("io.safetensors");
        var (width, output) = (folder.Config.Integer("din"), folder.Config.Integer("dout"));
        using var mixture = new SparseMixtureProjector(width, new ProjectorConfig
        {
            OutputWidth = output, Hidden = (int)io.Entries["weight.experts.0.0.weight"].Shape[0], LayerNorm = false, Activation = ExpertActivation.Gelu,
            Experts = folder.Config.Integer("experts"), TopK = folder.Config.Integer("top_k"),
        });
        StateDictionaryLoader.Load(mixture, io, key => "weight." + key, strict: false);
        var input = io.Read("input").requires_grad_(); // [batch, time, width]
        var (batch, time) = (input.shape[0], input.shape[1]);
        var (flat, decision) = mixture.call(input.reshape(-1, width));
        var projected = flat.view(batch, time, output);
        var tolerance = folder.Tolerance(null);
        check.Close("output", io.Read("output"), projected, tolerance);
        check.Close("router_logits", io.Read("router_logits"), decision.Logits.view(batch, time, -1), tolerance);
        check.Close("selected_experts", io.Read("selected_experts"), decision.Choices.view(batch, time, -1), Tolerance.Exact);
        check.Close("weights", io.Read("weights"), decision.Weights.view(batch, time, -1), tolerance);
        var (balance, z) = (decision.FirstChoiceBalanceLoss(batch), decision.RouterZLoss());
        check.Close("balance_loss", io.Read("balance_loss").reshape(1), balance.reshape(1), tolerance);
        check.Close("router_z_loss", io.Read("router_z_loss").reshape(1), z.reshape(1), tolerance);
        projected.mul(io.Read("cotangent")).sum().add(balance.mul(BalanceShare)).add(z.mul(ZShare)).backward();
        check.Close("grad.input", io.Read("grad.input"), input.grad!, folder.Tolerance("grad_abs"));
        foreach (var (name, parameter) in mixture.named_parameters())
            check.Close("grad." + name, io.Read("grad." + name), parameter.grad!, folder.Tolerance("grad_abs"));
    }
}
