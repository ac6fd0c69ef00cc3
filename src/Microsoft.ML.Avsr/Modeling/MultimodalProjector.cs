using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>From compressed encoder features to tokens of the language model: dense, or a sparse mixture in any of three routings.</summary>
/// <remarks>
/// Only real tokens are projected, routed and counted in the losses: padding changes nothing.
/// State-dictionary names: <c>audio_proj.*</c> and <c>video_proj.*</c> (dense, DEDR), <c>audiovisual_proj.*</c> (JEJR, JEDR),
/// and, where configured, <c>norm_audio</c>, <c>adapter_audio</c>, <c>scale_audio</c> and their video counterparts.
/// </remarks>
public sealed class MultimodalProjector : Module<EncodedSequence?, EncodedSequence?, ProjectedTokens>
{
    private readonly LayerNormLayer? norm_audio;
    private readonly LayerNormLayer? norm_video;
    private readonly LinearLayer? adapter_audio;
    private readonly LinearLayer? adapter_video;
    private readonly Parameter? scale_audio; // [1]
    private readonly Parameter? scale_video; // [1]
    private readonly torch.nn.Module? audio_proj;
    private readonly torch.nn.Module? video_proj;
    private readonly torch.nn.Module? audiovisual_proj;

    /// <summary>Makes a projector.</summary>
    /// <param name="config">Its shape.</param>
    /// <param name="construction">Where and how parameters are made; null is random values on the CPU.</param>
    /// <exception cref="ArgumentException">A setting is out of its range, or settings contradict each other.</exception>
    public MultimodalProjector(ProjectorConfig config, ModuleConstruction? construction = null)
        : base(nameof(MultimodalProjector))
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config.Validated();
        var make = construction ?? ModuleConstruction.Default;
        if (config.AudioWidth is { } audio)
            (norm_audio, adapter_audio, scale_audio) = Entrance(audio, make);
        if (config.VideoWidth is { } video)
            (norm_video, adapter_video, scale_video) = Entrance(video, make);
        switch (config.Routing)
        {
            case ProjectorRouting.Jejr:
                audiovisual_proj = new SparseMixtureProjector(config.AudioWidth is null ? config.VideoInput : config.AudioInput, config, make);
                break;
            case ProjectorRouting.Jedr:
                audiovisual_proj = new SharedExpertsProjector(config.AudioWidth is null ? config.VideoInput : config.AudioInput, config, make);
                break;
            default:
                audio_proj = config.AudioWidth is null ? null : OneModality(config, config.AudioInput, make);
                video_proj = config.VideoWidth is null ? null : OneModality(config.ForVideo, config.VideoInput, make);
                break;
        }
        RegisterComponents();
    }

    /// <summary>The projector's shape.</summary>
    public ProjectorConfig Config { get; }

    /// <summary>Whether <see cref="ProjectedTokens.Statistics"/> is filled. Off by default: it reads numbers back from the device.</summary>
    public bool CollectStatistics { get; set; }

    /// <summary>Projects a batch.</summary>
    /// <param name="audio">Compressed audio features [batch, time, audioWidth]; null when the batch has none.</param>
    /// <param name="video">Compressed video features [batch, time, videoWidth]; null when the batch has none.</param>
    /// <exception cref="ArgumentException">Both are null, a modality is not configured, or a shape does not fit.</exception>
    public override ProjectedTokens forward(EncodedSequence? audio, EncodedSequence? video)
    {
        if (audio is null && video is null)
            throw new ArgumentException("Audio and video are both missing; give at least one.", nameof(audio));
        using var scope = NewDisposeScope();
        var sound = audio is { } a ? Enter(a, Config.AudioWidth, norm_audio, adapter_audio, nameof(audio)) : null;
        var picture = video is { } v ? Enter(v, Config.VideoWidth, norm_video, adapter_video, nameof(video)) : null;
        var routed = new List<Routed>();
        var (soundOut, pictureOut) = Project(sound?.Real, picture?.Real, routed);
        Tensor? balance = null, z = null;
        var statistics = new List<RoutingStatistics>();
        foreach (var (name, decision, parts) in routed)
        {
            balance = balance is null ? decision.LoadBalanceLoss() : balance.add(decision.LoadBalanceLoss());
            z = z is null ? decision.RouterZLoss() : z.add(decision.RouterZLoss());
            if (CollectStatistics)
            {
                foreach (var (modality, start, count) in parts)
                    statistics.Add(RoutingStatistics.Of(name, modality, decision, start, count));
            }
        }
        return new ProjectedTokens
        {
            Audio = Leave(soundOut, sound, scale_audio),
            Video = Leave(pictureOut, picture, scale_video),
            LoadBalanceLoss = balance?.MoveToOuterDisposeScope(),
            RouterZLoss = z?.MoveToOuterDisposeScope(),
            Statistics = statistics,
        };
    }

    private (Tensor? Sound, Tensor? Picture) Project(Tensor? sound, Tensor? picture, List<Routed> routed)
    {
        var streams = (sound is null ? Modality.None : Modality.Audio) | (picture is null ? Modality.None : Modality.Video);
        switch (Config.Routing)
        {
            case ProjectorRouting.Dense:
                return (sound is null ? null : ((Expert)audio_proj!).call(sound), picture is null ? null : ((Expert)video_proj!).call(picture));
            case ProjectorRouting.Dedr:
                return (One((SparseMixtureProjector?)audio_proj, sound, streams, "audio", routed), One((SparseMixtureProjector?)video_proj, picture, streams, "video", routed));
            case ProjectorRouting.Jedr:
                return (Shared(sound, true, streams, "audio", routed), Shared(picture, false, streams, "video", routed));
            default:
                return Joint(sound, picture, streams, routed);
        }
    }

    private static Tensor? One(SparseMixtureProjector? projector, Tensor? tokens, Modality streams, string name, List<Routed> routed)
    {
        if (tokens is null)
            return null;
        var (output, decision) = projector!.Project(tokens, streams);
        routed.Add(new Routed(name, decision, [(name, 0, tokens.shape[0])]));
        return output;
    }

    private Tensor? Shared(Tensor? tokens, bool isAudio, Modality streams, string name, List<Routed> routed)
    {
        if (tokens is null)
            return null;
        var (output, decision) = ((SharedExpertsProjector)audiovisual_proj!).call(tokens, isAudio, streams);
        routed.Add(new Routed(name, decision, [(name, 0, tokens.shape[0])]));
        return output;
    }

    private (Tensor? Sound, Tensor? Picture) Joint(Tensor? sound, Tensor? picture, Modality streams, List<Routed> routed)
    {
        var projector = (SparseMixtureProjector)audiovisual_proj!;
        var tokens = sound is not null && picture is not null ? cat([sound, picture], 0) : sound ?? picture!; // [all, width]
        var (output, decision) = projector.Project(tokens, streams);
        var sounds = sound?.shape[0] ?? 0;
        var pictures = picture?.shape[0] ?? 0;
        var parts = new List<(string, long, long)>();
        if (sound is not null)
            parts.Add(("audio", 0, sounds));
        if (picture is not null)
            parts.Add(("video", sounds, pictures));
        routed.Add(new Routed("audiovisual", decision, parts));
        return (sound is null ? null : output.narrow(0, 0, sounds), picture is null ? null : output.narrow(0, sounds, pictures));
    }

    /// <summary>Gathers real tokens, norms them and maps them to the experts' width.</summary>
    private static Entered Enter(EncodedSequence sequence, int? width, LayerNormLayer? norm, LinearLayer? adapter, string modality)
    {
        if (width is not { } expected)
            throw new ArgumentException($"This projector was made without {modality}; set ProjectorConfig.{(modality == "audio" ? nameof(ProjectorConfig.AudioWidth) : nameof(ProjectorConfig.VideoWidth))}.", modality);
        TokenShape.Check(sequence, expected, modality);
        var shape = sequence.Features.shape;
        var flat = sequence.Features.reshape(-1, expected); // [batch · time, width]
        Tensor? rows = null;
        if (sequence.Valid is { } valid)
        {
            rows = PaddingMask.RealRows(valid);
            flat = flat.index_select(0, rows);              // [real, width]
        }
        if (norm is not null)
            flat = norm.call(flat);
        if (adapter is not null)
            flat = adapter.call(flat);
        return new Entered(flat, rows, shape[0], shape[1]);
    }

    /// <summary>Scales projected tokens and puts them back into their batch, zeros elsewhere.</summary>
    private Tensor? Leave(Tensor? tokens, Entered? entered, Parameter? scale)
    {
        if (tokens is null || entered is null)
            return null;
        var scaled = scale is null ? tokens : tokens.mul(scale);
        if (training && Config.Dropout > 0)
            scaled = functional.dropout(scaled, Config.Dropout, true);
        if (entered.Rows is { } rows)
        {
            var all = zeros(entered.Batch * entered.Time, Config.OutputWidth, scaled.dtype, scaled.device);
            scaled = all.index_copy(0, rows, scaled);
        }
        return scaled.reshape(entered.Batch, entered.Time, Config.OutputWidth).MoveToOuterDisposeScope();
    }

    private (LayerNormLayer?, LinearLayer?, Parameter?) Entrance(int width, ModuleConstruction make) => (
        Config.InputNorm ? new LayerNormLayer(width, make) : null,
        Config.CommonWidth is { } common && common != width ? new LinearLayer(width, common, hasBias: true, make) : null,
        Config.InitialScale is { } scale ? make.Constant(scale, 1) : null);

    private static torch.nn.Module OneModality(ProjectorConfig config, int width, ModuleConstruction make) => config.Routing == ProjectorRouting.Dense
        ? new Expert(width, config.Hidden, config.OutputWidth, config.LayerNorm, config.Activation, make)
        : new SparseMixtureProjector(width, config, make);

    private sealed record Entered(Tensor Real, Tensor? Rows, long Batch, long Time);

    private sealed record Routed(string Name, RoutingDecision Decision, IReadOnlyList<(string Modality, long Start, long Count)> Parts);
}
