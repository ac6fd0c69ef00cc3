using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>Causal grouped-query attention with rotary positions, key-value cache and low-rank adapters (specification 7).</summary>
internal sealed class LlamaAttention : Module<Tensor, Tensor>
{
    private readonly LinearLayer q_proj;
    private readonly LinearLayer k_proj;
    private readonly LinearLayer v_proj;
    private readonly LinearLayer o_proj;
    private readonly LinearLayer? lora_down_Q;
    private readonly LinearLayer? lora_up_Q;
    private readonly LinearLayer? lora_down_K;
    private readonly LinearLayer? lora_up_K;
    private readonly LinearLayer? lora_down_V;
    private readonly LinearLayer? lora_up_V;
    private readonly LinearLayer? lora_down_O;
    private readonly LinearLayer? lora_up_O;
    private readonly LlamaConfig _config;
    private readonly double _loraDropout;
    private readonly Scalar _scale;

    public LlamaAttention(LlamaConfig config, LoraConfig? lora, ModuleConstruction construction)
        : base(nameof(LlamaAttention))
    {
        _config = config;
        _scale = lora?.Scale ?? 1;
        _loraDropout = lora?.Dropout ?? 0;
        var width = config.Width;
        var queries = config.Heads * config.EffectiveHeadSize;
        var keys = config.KeyValueHeads * config.EffectiveHeadSize;
        q_proj = new LinearLayer(width, queries, config.AttentionBias, construction);
        k_proj = new LinearLayer(width, keys, config.AttentionBias, construction);
        v_proj = new LinearLayer(width, keys, config.AttentionBias, construction);
        o_proj = new LinearLayer(queries, width, config.OutputBias, construction);
        (lora_down_Q, lora_up_Q) = LowRank.Make(lora, LoraTargets.Query, width, width, queries, construction);
        (lora_down_K, lora_up_K) = LowRank.Make(lora, LoraTargets.Key, width, width, keys, construction);
        (lora_down_V, lora_up_V) = LowRank.Make(lora, LoraTargets.Value, width, width, keys, construction);
        (lora_down_O, lora_up_O) = LowRank.Make(lora, LoraTargets.Output, width, queries, width, construction);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => throw new NotSupportedException("Attention needs positions: call Attend.");

    /// <summary>Attends to this call's keys and to those in the cache.</summary>
    /// <param name="input">[batch, time, width].</param>
    /// <param name="rotary">Positions of this call's tokens.</param>
    /// <param name="scoreBias">Added to the scores, [batch or 1, 1, groups · (time - first), keys] with groups = heads / keyValueHeads; null hides nothing.</param>
    /// <param name="cache">Keys and values of earlier tokens; this call's are appended.</param>
    /// <param name="layer">Number of this layer in the cache.</param>
    /// <param name="first">The first position of this call that attends; all of them give keys and values.</param>
    /// <returns>[batch, time - first, width].</returns>
    public Tensor Attend(Tensor input, RotaryTable rotary, Tensor? scoreBias, KeyValueCache? cache, int layer, long first)
    {
        using var scope = NewDisposeScope();
        var shape = input.shape;
        var (batch, time) = (shape[0], shape[1]);
        long size = _config.EffectiveHeadSize, pairs = _config.KeyValueHeads, groups = _config.Heads / _config.KeyValueHeads;
        var asked = time - first;
        var queries = Adapted(q_proj, lora_down_Q, lora_up_Q, first == 0 ? input : input.narrow(1, first, asked));
        var keys = Adapted(k_proj, lora_down_K, lora_up_K, input);
        var values = Adapted(v_proj, lora_down_V, lora_up_V, input);
        var q = rotary.From(first).Turn(queries.view(batch, asked, _config.Heads, size).transpose(1, 2)); // [batch, heads, asked, size]
        var k = rotary.Turn(keys.view(batch, time, pairs, size).transpose(1, 2));            // [batch, keyValueHeads, time, size]
        var v = values.view(batch, time, pairs, size).transpose(1, 2);                       // [batch, keyValueHeads, time, size]
        if (cache is not null)
            (k, v) = cache.Append(layer, k, v);                                              // [batch, keyValueHeads, total, size]
        // Query heads that share a key head are folded into its time axis, so keys and values are never repeated.
        var folded = q.reshape(batch, pairs, groups * asked, size);
        var mixed = functional.scaled_dot_product_attention(folded, k, v, scoreBias, 0, false);
        var joined = mixed.reshape(batch, _config.Heads, asked, size).transpose(1, 2).reshape(batch, asked, _config.Heads * size);
        return Adapted(o_proj, lora_down_O, lora_up_O, joined).MoveToOuterDisposeScope();
    }

    /// <summary>Adds factor · up · down of each adapter to its projection.</summary>
    public void MergeAdapters(double factor)
    {
        LowRank.Merge(q_proj, lora_down_Q, lora_up_Q, factor);
        LowRank.Merge(k_proj, lora_down_K, lora_up_K, factor);
        LowRank.Merge(v_proj, lora_down_V, lora_up_V, factor);
        LowRank.Merge(o_proj, lora_down_O, lora_up_O, factor);
    }

    /// <summary>False while the adapters are part of the projections' weights.</summary>
    public bool AdaptersActive { get; set; } = true;

    private Tensor Adapted(LinearLayer projection, LinearLayer? down, LinearLayer? up, Tensor input)
    {
        var output = projection.call(input);
        return AdaptersActive ? LowRank.Add(output, input, down, up, _scale, _loraDropout, training) : output;
    }
}
