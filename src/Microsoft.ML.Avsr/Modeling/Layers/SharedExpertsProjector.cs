using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>Joint experts with a router per modality.</summary>
internal sealed class SharedExpertsProjector : Module<Tensor, bool, Modality, (Tensor Output, RoutingDecision Decision)>
{
    private readonly Router? gate_audio;
    private readonly Router? gate_video;
    private readonly ExpertPool experts;
    private readonly Expert? shared;

    public SharedExpertsProjector(int inputWidth, ProjectorConfig config, ModuleConstruction construction)
        : base(nameof(SharedExpertsProjector))
    {
        if (config.AudioWidth is not null)
            gate_audio = new Router(inputWidth, config.Experts, config.TopK, config.Renormalize, construction, config.PresenceRouting);
        if (config.VideoWidth is not null)
            gate_video = new Router(inputWidth, config.Experts, config.ForVideo.TopK, config.Renormalize, construction, config.PresenceRouting);
        experts = new ExpertPool(inputWidth, config, construction);
        shared = config.SharedExpert ? new Expert(inputWidth, config.Hidden, config.OutputWidth, config.LayerNorm, config.Activation, construction) : null;
        RegisterComponents();
    }

    /// <summary>Projects [n, inputWidth] tokens of audio (true) or video (false), of clips with some streams.</summary>
    public override (Tensor Output, RoutingDecision Decision) forward(Tensor tokens, bool isAudio, Modality streams)
    {
        using var scope = NewDisposeScope();
        var decision = (isAudio ? gate_audio : gate_video)!.Route(tokens, streams);
        var output = experts.call(tokens, decision);
        if (shared is not null)
            output = output.add(shared.call(tokens));
        return (output.MoveToOuterDisposeScope(), decision.Released());
    }
}
