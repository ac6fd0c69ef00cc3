using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.ML.Avsr.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Parity.Cases;

/// <summary>Dense projectors and sparse mixtures with their losses and gradients: <c>06_projector…</c> and <c>06_smop…</c>.</summary>
internal sealed class ProjectorCase : ICaseCategory
{
    private const double BalanceShare = 0.01, ZShare = 0.001; // weights of the losses in the cases' gradients

    public bool Handles(CaseFolder folder) =>
        folder.Category.StartsWith("06_projector", StringComparison.Ordinal) || folder.Category.StartsWith("06_smop", StringComparison.Ordinal);

    public void Run(CaseFolder folder, CaseCheck check)
    {
        if (folder.Category.StartsWith("06_projector", StringComparison.Ordinal))
        {
            foreach (var file in Directory.GetFiles(folder.Location, "*.safetensors").Order(StringComparer.Ordinal))
                RunDense(folder, Path.GetFileName(file), check);
        }
        else if (folder.Tensors("io.safetensors").Entries.ContainsKey("video"))
        {
            RunBoth(folder, check);
        }
        else
        {
            RunSingle(folder, check);
        }
    }

    private static void RunDense(CaseFolder folder, string file, CaseCheck check)
    {
        var io = folder.Tensors(file);
        var config = new ProjectorConfig
        {
            Routing = ProjectorRouting.Dense, AudioWidth = folder.Config.Integer("din"), OutputWidth = folder.Config.Integer("dout"),
            Hidden = folder.Config.Integer("intermediate"), LayerNorm = io.Entries.ContainsKey("weight.3.weight"),
        };
        using var projector = new MultimodalProjector(config);
        Load(projector, io, key => "weight." + key["audio_proj.".Length..]);
        var input = io.Read("input").requires_grad_();
        var output = projector.call(new EncodedSequence(input, null), null).Audio!;
        check.Close($"{file}: output", io.Read("output"), output, folder.Tolerance(null));
        output.mul(io.Read("cotangent")).sum().backward();
        var tolerance = folder.Tolerance("grad_abs");
        check.Close($"{file}: grad.input", io.Read("grad.input"), input.grad!, tolerance);
        foreach (var (name, parameter) in projector.named_parameters())
        {
            var key = "grad." + name["audio_proj.".Length..];
            check.Close($"{file}: {key}", io.Read(key), parameter.grad!, tolerance);
        }
    }

    private static void RunBoth(CaseFolder folder, CaseCheck check)
    {
        var io = folder.Tensors("io.safetensors");
        var routing = io.Entries.ContainsKey("weight.gate.weight") ? ProjectorRouting.Jejr
            : io.Entries.ContainsKey("weight.gate_audio") ? ProjectorRouting.Jedr : ProjectorRouting.Dedr;
        var width = folder.Config.Integer("din");
        using var projector = new MultimodalProjector(Mixture(folder, routing) with { AudioWidth = width, VideoWidth = width });
        projector.train();
        Load(projector, io, key => "weight." + Published(key));
        var audio = io.Read("audio").requires_grad_();
        var video = io.Read("video").requires_grad_();
        var tokens = projector.call(new EncodedSequence(audio, null), new EncodedSequence(video, null));
        var output = cat([tokens.Audio!, tokens.Video!], 1); // [batch, audio + video, width]
        var tolerance = folder.Tolerance(null);
        check.Close("output", io.Read("output"), output, tolerance);
        Tensor Sum(string name) => io.Entries.ContainsKey(name) ? io.Read(name) : io.Read("audio." + name).add(io.Read("video." + name));
        check.Close("load_balancing_loss", Sum("load_balancing_loss").reshape(1), tokens.LoadBalanceLoss!.reshape(1), tolerance);
        check.Close("router_z_loss", Sum("router_z_loss").reshape(1), tokens.RouterZLoss!.reshape(1), tolerance);
        RunRouting(projector, routing, audio, video, io, tolerance, check);
        Loss(output, io, tokens.LoadBalanceLoss!, tokens.RouterZLoss!).backward();
        var gradient = folder.Tolerance("grad_abs");
        check.Close("grad.audio", io.Read("grad.audio"), audio.grad!, gradient);
        check.Close("grad.video", io.Read("grad.video"), video.grad!, gradient);
        foreach (var (name, parameter) in projector.named_parameters())
            check.Close("grad." + Published(name), io.Read("grad." + Published(name)), parameter.grad!, gradient);
    }

    /// <summary>Scores, choices and weights of each router.</summary>
    private static void RunRouting(
        MultimodalProjector projector, ProjectorRouting routing, Tensor audio, Tensor video, SafetensorsReader io, Tolerance tolerance, CaseCheck check)
    {
        using var guard = no_grad();
        var weights = projector.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        void Compare(string prefix, string gateName, Tensor tokens)
        {
            using var gate = new Router((int)tokens.shape[^1], projector.Config.Experts, projector.Config.TopK, projector.Config.Renormalize);
            gate.get_parameter("weight")!.copy_(weights[gateName]);
            var decision = gate.call(tokens.reshape(-1, tokens.shape[^1]));
            check.Close(prefix + "router_logits", io.Read(prefix + "router_logits"), decision.Logits, tolerance);
            check.Close(prefix + "selected_experts", io.Read(prefix + "selected_experts"), decision.Choices, Tolerance.Exact);
            check.Close(prefix + "weights", io.Read(prefix + "weights"), decision.Weights, tolerance);
        }
        switch (routing)
        {
            case ProjectorRouting.Jejr:
                Compare("", "audiovisual_proj.gate.weight", cat([audio, video], 1));
                break;
            case ProjectorRouting.Jedr:
                Compare("audio.", "audiovisual_proj.gate_audio.weight", audio);
                Compare("video.", "audiovisual_proj.gate_video.weight", video);
                break;
            default:
                Compare("audio.", "audio_proj.gate.weight", audio);
                Compare("video.", "video_proj.gate.weight", video);
                break;
        }
    }

    private static void RunSingle(CaseFolder folder, CaseCheck check)
    {
        // "06_smop_JEJR/io.safetensors" holds the weights and the audio, unless they are here.
        var io = folder.Tensors("io.safetensors");
        var source = folder.Config.Find("weights_and_audio")?.GetString()?.Split('/');
        var other = source is null ? folder : folder.Other(source[0]);
        var borrowed = source is null ? io : other.Tensors(source[1]);
        var config = Mixture(other, ProjectorRouting.Jejr) with { Experts = folder.Config.Integer("experts"), TopK = folder.Config.Integer("top_k") };
        using var mixture = new SparseMixtureProjector(other.Config.Integer("din"), config);
        mixture.train();
        StateDictionaryLoader.Load(mixture, borrowed, key => "weight." + key, strict: false);
        var audio = borrowed.Read("audio"); // [batch, time, width]
        var (flat, decision) = mixture.call(audio.reshape(-1, audio.shape[2]));
        var output = flat.view(audio.shape[0], audio.shape[1], -1);
        var tolerance = folder.Tolerance(null);
        check.Close("output", io.Read("output"), output, tolerance);
        check.Close("router_logits", io.Read("router_logits"), decision.Logits, tolerance);
        check.Close("selected_experts", io.Read("selected_experts"), decision.Choices, Tolerance.Exact);
        check.Close("weights", io.Read("weights"), decision.Weights, tolerance);
        var (balance, z) = (decision.LoadBalanceLoss(), decision.RouterZLoss());
        check.Close("load_balancing_loss", io.Read("load_balancing_loss").reshape(1), balance.reshape(1), tolerance);
        check.Close("router_z_loss", io.Read("router_z_loss").reshape(1), z.reshape(1), tolerance);
        Loss(output, io, balance, z).backward();
        foreach (var (name, parameter) in mixture.named_parameters())
            check.Close("grad." + name, io.Read("grad." + name), parameter.grad!, folder.Tolerance("grad_abs"));
    }

    private static ProjectorConfig Mixture(CaseFolder folder, ProjectorRouting routing) => new()
    {
        Routing = routing, AudioWidth = folder.Config.Integer("din"), OutputWidth = folder.Config.Integer("dout"),
        Hidden = folder.Config.Integer("intermediate"), Experts = folder.Config.Integer("experts"), TopK = folder.Config.Integer("top_k"),
    };

    private static Tensor Loss(Tensor output, SafetensorsReader io, Tensor balance, Tensor z) =>
        output.mul(io.Read("cotangent")).sum().add(balance.mul(BalanceShare)).add(z.mul(ZShare));

    private static void Load(nn.Module module, SafetensorsReader io, Func<string, string> map) =>
        StateDictionaryLoader.Load(module, io.Rename(name => name.StartsWith("weight.", StringComparison.Ordinal) ? name : null, leaveOpen: true), map);

    /// <summary>The cases' names: without <c>audiovisual_proj.</c>, and <c>audio.</c> for <c>audio_proj.</c>.</summary>
    private static string Published(string key) => key
        .Replace("audiovisual_proj.gate_audio.weight", "gate_audio", StringComparison.Ordinal)
        .Replace("audiovisual_proj.gate_video.weight", "gate_video", StringComparison.Ordinal)
        .Replace("audiovisual_proj.", "", StringComparison.Ordinal)
        .Replace("audio_proj.", "audio.", StringComparison.Ordinal)
        .Replace("video_proj.", "video.", StringComparison.Ordinal);
}
