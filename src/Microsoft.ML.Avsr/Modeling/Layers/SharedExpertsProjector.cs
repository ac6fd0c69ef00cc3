using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>Joint experts with a router per modality.</summary>
internal sealed class SharedExpertsProjector : Module<Tensor, bool, (Tensor Output, RoutingDecision Decision)>
{
    private readonly Router? gate_audio;
    private readonly Router? gate_video;
    private readonly ExpertPool experts;

    public SharedExpertsProjector(int inputWidth, ProjectorConfig config, ModuleConstruction construction)
        : base(nameof(SharedExpertsProjector))
    {
        if (config.AudioWidth is not null)
            gate_audio = new Router(inputWidth, config.Experts, config.TopK, config.Renormalize, construction);
        if (config.VideoWidth is not null)
            gate_video = new Router(inputWidth, config.Experts, config.TopK, config.Renormalize, construction);
        experts = new ExpertPool(inputWidth, config, construction);
        RegisterComponents();
    }

    /// <summary>Projects [n, inputWidth] tokens of audio (true) or video (false).</summary>
    public override (Tensor Output, RoutingDecision Decision) forward(Tensor tokens, bool isAudio)
    {
        using var scope = NewDisposeScope();
        var decision = (isAudio ? gate_audio : gate_video)!.call(tokens);
        var output = experts.call(tokens, decision);
        return (output.MoveToOuterDisposeScope(), decision.Released());
    }
}
