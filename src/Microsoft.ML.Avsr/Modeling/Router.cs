using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>Chooses K of N experts for each token: softmax of a linear score, top K, weights renormalised (specification 5.1).</summary>
public sealed class Router : Module<Tensor, RoutingDecision>
{
    private const int PresenceStates = 3; // sound, picture, both
    private readonly Parameter weight; // [N, width]
    private readonly Parameter? presence; // [3, N]
    private readonly bool _renormalize;

    /// <summary>Makes a router.</summary>
    /// <param name="width">Width of the tokens.</param>
    /// <param name="experts">Number of experts, N.</param>
    /// <param name="topK">Choices per token, K.</param>
    /// <param name="renormalize">Divide the K weights by their sum.</param>
    /// <param name="construction">Where and how parameters are made; null is random values on the CPU.</param>
    /// <param name="seesPresence">Whether the streams that a clip has change the scores (<see cref="ProjectorConfig.PresenceRouting"/>).</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, or K is above N.</exception>
    public Router(int width, int experts, int topK, bool renormalize = true, ModuleConstruction? construction = null, bool seesPresence = false)
        : base(nameof(Router))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(experts, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(topK, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(topK, experts);
        (Width, Experts, TopK, _renormalize) = (width, experts, topK, renormalize);
        weight = (construction ?? ModuleConstruction.Default).Uniform(1 / Math.Sqrt(width), experts, width);
        if (seesPresence)
            presence = (construction ?? ModuleConstruction.Default).Constant(0, PresenceStates, experts);
        RegisterComponents();
    }

    /// <summary>Width of the tokens.</summary>
    public int Width { get; }

    /// <summary>Number of experts, N.</summary>
    public int Experts { get; }

    /// <summary>Choices per token, K.</summary>
    public int TopK { get; }

    /// <summary>Routes tokens.</summary>
    /// <param name="tokens">[n, width].</param>
    /// <exception cref="ArgumentException">The tokens have another shape.</exception>
    public override RoutingDecision forward(Tensor tokens) => Route(tokens, Modality.AudioVisual);

    /// <summary>Routes tokens of a batch whose clips have some streams.</summary>
    /// <param name="tokens">[n, width].</param>
    /// <param name="streams">The streams.</param>
    /// <exception cref="ArgumentException">The tokens have another shape.</exception>
    internal RoutingDecision Route(Tensor tokens, Modality streams)
    {
        TokenShape.Check(tokens, Width);
        using var scope = NewDisposeScope();
        var logits = functional.linear(tokens, weight); // [n, N]
        if (presence is not null)
            logits = logits.add(presence.select(0, (int)streams - 1)); // Audio = 1, Video = 2, AudioVisual = 3
        return Decide(logits).Released();
    }

    /// <summary>Turns scores into a decision.</summary>
    /// <param name="logits">[n, N].</param>
    internal RoutingDecision Decide(Tensor logits)
    {
        using var scope = NewDisposeScope();
        // The reference takes the softmax in float32 whatever the model's type is.
        var working = logits.dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        var probabilities = logits.softmax(1, working);           // [n, N]
        var (best, choices) = probabilities.topk(TopK, 1);        // [n, K] each
        var weights = _renormalize ? best.div(best.sum(1, true)) : best;
        var decision = new RoutingDecision(logits.alias(), probabilities, weights.to(logits.dtype), choices);
        return decision.Released();
    }
}
