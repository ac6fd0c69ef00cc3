using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>SwiGLU: down(silu(gate(x)) · up(x)), with low-rank adapters.</summary>
internal sealed class LlamaFeedForward : Module<Tensor, Tensor>
{
    private readonly LinearLayer gate_proj;
    private readonly LinearLayer up_proj;
    private readonly LinearLayer down_proj;
    private readonly LinearLayer? lora_down_Gate;
    private readonly LinearLayer? lora_up_Gate;
    private readonly LinearLayer? lora_down_Up;
    private readonly LinearLayer? lora_up_Up;
    private readonly LinearLayer? lora_down_Down;
    private readonly LinearLayer? lora_up_Down;
    private readonly double _loraDropout;
    private readonly Scalar _scale;

    public LlamaFeedForward(LlamaConfig config, LoraConfig? lora, ModuleConstruction construction)
        : base(nameof(LlamaFeedForward))
    {
        _scale = lora?.Scale ?? 1;
        _loraDropout = lora?.Dropout ?? 0;
        var (width, inner) = (config.Width, config.FeedForward);
        gate_proj = new LinearLayer(width, inner, hasBias: false, construction);
        up_proj = new LinearLayer(width, inner, hasBias: false, construction);
        down_proj = new LinearLayer(inner, width, hasBias: false, construction);
        (lora_down_Gate, lora_up_Gate) = LowRank.Make(lora, LoraTargets.Gate, width, width, inner, construction);
        (lora_down_Up, lora_up_Up) = LowRank.Make(lora, LoraTargets.Up, width, width, inner, construction);
        (lora_down_Down, lora_up_Down) = LowRank.Make(lora, LoraTargets.Down, width, inner, width, construction);
        RegisterComponents();
    }

    /// <summary>False while the adapters are part of the projections' weights.</summary>
    public bool AdaptersActive { get; set; } = true;

    /// <summary>[batch, time, width], same shape out.</summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var gate = functional.silu(Adapted(gate_proj, lora_down_Gate, lora_up_Gate, input)); // [batch, time, feedForward]
        var inner = gate.mul(Adapted(up_proj, lora_down_Up, lora_up_Up, input));
        return Adapted(down_proj, lora_down_Down, lora_up_Down, inner).MoveToOuterDisposeScope();
    }

    /// <summary>Adds factor · up · down of each adapter to its projection.</summary>
    public void MergeAdapters(double factor)
    {
        LowRank.Merge(gate_proj, lora_down_Gate, lora_up_Gate, factor);
        LowRank.Merge(up_proj, lora_down_Up, lora_up_Up, factor);
        LowRank.Merge(down_proj, lora_down_Down, lora_up_Down, factor);
    }

    private Tensor Adapted(LinearLayer projection, LinearLayer? down, LinearLayer? up, Tensor input)
    {
        var output = projection.call(input);
        return AdaptersActive ? LowRank.Add(output, input, down, up, _scale, _loraDropout, training) : output;
    }
}
