using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>A sparse mixture of projectors: one router over one pool of experts (specification 5.1).</summary>
/// <remarks>State-dictionary names are the released checkpoint's: <c>gate.weight</c>, <c>experts.{i}.{0,2,3}.*</c>.</remarks>
public sealed class SparseMixtureProjector : Module<Tensor, (Tensor Output, RoutingDecision Decision)>
{
    private readonly Router gate;
    private readonly ExpertPool experts;
    private readonly Expert? shared;

    /// <summary>Makes a mixture.</summary>
    /// <param name="inputWidth">Width of the tokens.</param>
    /// <param name="config">Experts, choices, widths and norms; its routing and modality widths are not used.</param>
    /// <param name="construction">Where and how parameters are made; null is random values on the CPU.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is out of its range.</exception>
    public SparseMixtureProjector(int inputWidth, ProjectorConfig config, ModuleConstruction? construction = null)
        : base(nameof(SparseMixtureProjector))
    {
        ArgumentNullException.ThrowIfNull(config);
        var make = construction ?? ModuleConstruction.Default;
        gate = new Router(inputWidth, config.Experts, config.TopK, config.Renormalize, make, config.PresenceRouting);
        experts = new ExpertPool(inputWidth, config, make);
        shared = config.SharedExpert ? new Expert(inputWidth, config.Hidden, config.OutputWidth, config.LayerNorm, config.Activation, make) : null;
        RegisterComponents();
    }

    /// <summary>Projects tokens.</summary>
    /// <param name="tokens">[n, inputWidth].</param>
    /// <returns>Projected tokens [n, outputWidth], and what the router decided.</returns>
    /// <exception cref="ArgumentException">The tokens have another shape.</exception>
    public override (Tensor Output, RoutingDecision Decision) forward(Tensor tokens) => Project(tokens, Modality.AudioVisual);

    /// <summary>Projects tokens of a batch whose clips have some streams; see <see cref="forward"/>.</summary>
    internal (Tensor Output, RoutingDecision Decision) Project(Tensor tokens, Modality streams)
    {
        using var scope = NewDisposeScope();
        var decision = gate.Route(tokens, streams);
        var output = experts.call(tokens, decision);
        if (shared is not null)
            output = output.add(shared.call(tokens));
        return (output.MoveToOuterDisposeScope(), decision.Released());
    }
}
