using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>Multi-head self-attention over a whole sequence, with optional rotary positions and low-rank adapters.</summary>
/// <remarks>Keys as in Hugging Face Whisper and fairseq: <c>q_proj</c>, <c>k_proj</c>, <c>v_proj</c>, <c>out_proj</c>, <c>lora_down_Q</c> ...</remarks>
internal sealed class SpeechAttention : Module<Tensor, Tensor>
{
    private readonly LinearLayer k_proj;
    private readonly LinearLayer v_proj;
    private readonly LinearLayer q_proj;
    private readonly LinearLayer out_proj;
    private readonly LinearLayer? lora_down_Q;
    private readonly LinearLayer? lora_up_Q;
    private readonly LinearLayer? lora_down_V;
    private readonly LinearLayer? lora_up_V;
    private readonly SpeechBlockOptions _options;
    private readonly Scalar _scale;

    public SpeechAttention(SpeechBlockOptions options, ModuleConstruction construction)
        : base(nameof(SpeechAttention))
    {
        _options = options;
        _scale = options.Lora?.Scale ?? 1;
        var width = options.Width;
        k_proj = new LinearLayer(width, width, options.KeyBias, construction);
        v_proj = new LinearLayer(width, width, hasBias: true, construction);
        q_proj = new LinearLayer(width, width, hasBias: true, construction);
        out_proj = new LinearLayer(width, width, hasBias: true, construction);
        (lora_down_Q, lora_up_Q) = LowRank.Make(options.Lora, LoraTargets.Query, width, width, width, construction);
        (lora_down_V, lora_up_V) = LowRank.Make(options.Lora, LoraTargets.Value, width, width, width, construction);
        RegisterComponents();
    }

    /// <summary>False while the adapters are part of the projections' weights.</summary>
    public bool AdaptersActive { get; set; } = true;

    public override Tensor forward(Tensor input) => Attend(input, null, null);

    /// <summary>Adds factor · up · down of each adapter to its projection.</summary>
    public void MergeAdapters(double factor)
    {
        LowRank.Merge(q_proj, lora_down_Q, lora_up_Q, factor);
        LowRank.Merge(v_proj, lora_down_V, lora_up_V, factor);
    }

    /// <summary>Attention of every position to every real position.</summary>
    /// <param name="input">[batch, time, width].</param>
    /// <param name="keyBias">[batch, 1, 1, time] added to the scores; null hides nothing.</param>
    /// <param name="rotary">Rotary positions; null turns nothing.</param>
    /// <returns>[batch, time, width].</returns>
    public Tensor Attend(Tensor input, Tensor? keyBias, RotaryTable? rotary)
    {
        using var scope = NewDisposeScope();
        var shape = input.shape;
        var (batch, time) = (shape[0], shape[1]);
        var dropout = _options.Lora?.Dropout ?? 0;
        Tensor Adapted(LinearLayer projection, LinearLayer? down, LinearLayer? up) =>
            AdaptersActive ? LowRank.Add(projection.call(input), input, down, up, _scale, dropout, training) : projection.call(input);
        var queries = Adapted(q_proj, lora_down_Q, lora_up_Q);
        var values = Adapted(v_proj, lora_down_V, lora_up_V);
        var q = Split(queries, batch, time);            // [batch, heads, time, headSize]
        var k = Split(k_proj.call(input), batch, time); // [batch, heads, time, headSize]
        var v = Split(values, batch, time);             // [batch, heads, time, headSize]
        if (rotary is { } table)
        {
            q = table.Turn(q);
            k = table.Turn(k);
        }
        var p = training ? _options.AttentionDropout : 0;
        var mixed = functional.scaled_dot_product_attention(q, k, v, keyBias, p, false); // [batch, heads, time, headSize]
        var joined = mixed.transpose(1, 2).reshape(batch, time, _options.Width);
        return out_proj.call(joined).MoveToOuterDisposeScope();
    }

    private Tensor Split(Tensor projected, long batch, long time) =>
        projected.view(batch, time, _options.Heads, _options.HeadSize).transpose(1, 2);
}
