using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>One decoder layer: normed attention and normed SwiGLU, each added to the stream.</summary>
internal sealed class LlamaLayer : Module<Tensor, Tensor>
{
    private readonly LlamaAttention self_attn;
    private readonly LlamaFeedForward mlp;
    private readonly RmsNorm input_layernorm;
    private readonly RmsNorm post_attention_layernorm;
    private readonly double _dropout;

    public LlamaLayer(LlamaConfig config, LoraConfig? lora, ModuleConstruction construction)
        : base(nameof(LlamaLayer))
    {
        _dropout = config.Dropout;
        self_attn = new LlamaAttention(config, lora, construction);
        mlp = new LlamaFeedForward(config, lora, construction);
        input_layernorm = new RmsNorm(config.Width, config.RmsEpsilon, construction);
        post_attention_layernorm = new RmsNorm(config.Width, config.RmsEpsilon, construction);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => throw new NotSupportedException("A decoder layer needs positions: call Run.");

    /// <summary>[batch, time, width] in, [batch, time - first, width] out; see <see cref="LlamaAttention.Attend"/> for the rest.</summary>
    public Tensor Run(Tensor input, RotaryTable rotary, Tensor? scoreBias, KeyValueCache? cache, int layer, long first = 0)
    {
        using var scope = NewDisposeScope();
        var attended = self_attn.Attend(input_layernorm.call(input), rotary, scoreBias, cache, layer, first);
        var state = (first == 0 ? input : input.narrow(1, first, input.shape[1] - first)).add(Drop(attended));
        var fed = mlp.call(post_attention_layernorm.call(state));
        return state.add(Drop(fed)).MoveToOuterDisposeScope();
    }

    /// <summary>Adds factor · up · down of each adapter to its projection and switches the adapters on or off.</summary>
    public void MergeAdapters(double factor, bool active)
    {
        self_attn.MergeAdapters(factor);
        mlp.MergeAdapters(factor);
        self_attn.AdaptersActive = active;
        mlp.AdaptersActive = active;
    }

    private Tensor Drop(Tensor branch) => training && _dropout > 0 ? functional.dropout(branch, _dropout, true) : branch;
}
