using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>One bidirectional transformer block: optional depthwise convolution, attention, feed-forward, each with a residual.</summary>
internal sealed class SpeechBlock : Module<Tensor, Tensor>
{
    private readonly LayerNormLayer? conv_layer_norm;
    private readonly ConvolutionLayer? depthwise_conv;
    private readonly SpeechAttention self_attn;
    private readonly LayerNormLayer self_attn_layer_norm;
    private readonly LinearLayer fc1;
    private readonly LinearLayer fc2;
    private readonly LayerNormLayer final_layer_norm;
    private readonly bool _normFirst;
    private readonly double _dropout;
    private readonly bool _depthwiseGelu;

    public SpeechBlock(SpeechBlockOptions options, ModuleConstruction construction)
        : base(nameof(SpeechBlock))
    {
        (_normFirst, _dropout, _depthwiseGelu) = (options.NormFirst, options.Dropout, options.DepthwiseGelu);
        var width = options.Width;
        if (options.DepthwiseKernel > 0)
        {
            conv_layer_norm = new LayerNormLayer(width, construction);
            depthwise_conv = new ConvolutionLayer(
                width, width, [options.DepthwiseKernel], [1], [options.DepthwiseKernel / 2], hasBias: true, construction, groups: width);
        }
        self_attn = new SpeechAttention(options, construction);
        self_attn_layer_norm = new LayerNormLayer(width, construction);
        fc1 = new LinearLayer(width, options.FeedForward, hasBias: true, construction);
        fc2 = new LinearLayer(options.FeedForward, width, hasBias: true, construction);
        final_layer_norm = new LayerNormLayer(width, construction);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => Run(input, null, null, null);

    /// <summary>Runs the block.</summary>
    /// <param name="input">[batch, time, width].</param>
    /// <param name="valid">[batch, time] bool; needed by the convolution only.</param>
    /// <param name="keyBias">[batch, 1, 1, time]; null hides nothing.</param>
    /// <param name="rotary">Rotary positions or null.</param>
    /// <returns>[batch, time, width].</returns>
    public Tensor Run(Tensor input, Tensor? valid, Tensor? keyBias, RotaryTable? rotary)
    {
        using var scope = NewDisposeScope();
        var state = input;
        if (depthwise_conv is not null)
        {
            var local = PaddingMask.ZeroTime(conv_layer_norm!.call(state), valid).transpose(1, 2); // [batch, width, time]
            var convolved = depthwise_conv.call(local);
            convolved = (_depthwiseGelu ? Activation.Gelu(convolved) : convolved).transpose(1, 2); // [batch, time, width]
            state = state.add(Drop(convolved));
        }
        if (_normFirst)
        {
            state = state.add(Drop(self_attn.Attend(self_attn_layer_norm.call(state), keyBias, rotary)));
            state = state.add(Drop(FeedForward(final_layer_norm.call(state))));
        }
        else
        {
            state = self_attn_layer_norm.call(state.add(Drop(self_attn.Attend(state, keyBias, rotary))));
            state = final_layer_norm.call(state.add(Drop(FeedForward(state))));
        }
        return state.MoveToOuterDisposeScope();
    }

    /// <summary>Adds factor · up · down of each adapter to its projection and switches the adapters on or off.</summary>
    public void MergeAdapters(double factor, bool active)
    {
        self_attn.MergeAdapters(factor);
        self_attn.AdaptersActive = active;
    }

    private Tensor FeedForward(Tensor input)
    {
        var hidden = Activation.Gelu(fc1.call(input)); // [batch, time, feedForward]
        return fc2.call(hidden);
    }

    private Tensor Drop(Tensor branch) => training && _dropout > 0 ? functional.dropout(branch, _dropout, true) : branch;
}
