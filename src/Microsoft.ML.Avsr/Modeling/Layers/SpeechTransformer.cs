using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>The transformer of AV-HuBERT: positions, blocks, final norm (specification 4.3).</summary>
internal sealed class SpeechTransformer : Module<Tensor, Tensor?, Tensor>
{
    private readonly ModuleList<PositionConvolution>? pos_conv;
    private readonly ModuleList<SpeechBlock> layers;
    private readonly LayerNormLayer layer_norm;
    private readonly VisualEncoderConfig _config;
    private readonly float[] _frequencies;

    public SpeechTransformer(VisualEncoderConfig config, LoraConfig? lora, ModuleConstruction construction)
        : base(nameof(SpeechTransformer))
    {
        _config = config;
        if (config.PositionKernel > 0)
            pos_conv = new ModuleList<PositionConvolution>(new PositionConvolution(config, construction));
        var options = new SpeechBlockOptions
        {
            Width = config.Width,
            Heads = config.Heads,
            FeedForward = config.FeedForward,
            NormFirst = config.NormFirst,
            DepthwiseKernel = config.DepthwiseKernel,
            DepthwiseGelu = config.DepthwiseGelu,
            Dropout = config.Dropout,
            AttentionDropout = config.AttentionDropout,
            Lora = lora,
        };
        _frequencies = RotaryTable.Frequencies(options.HeadSize, 10000);
        var blocks = new SpeechBlock[config.Layers];
        for (var i = 0; i < blocks.Length; i++)
            blocks[i] = new SpeechBlock(options, construction);
        layers = new ModuleList<SpeechBlock>(blocks);
        layer_norm = new LayerNormLayer(config.Width, construction);
        RegisterComponents();
    }

    /// <summary>[batch, time, width] with mask [batch, time] to the same shape.</summary>
    public override Tensor forward(Tensor input, Tensor? valid)
    {
        using var scope = NewDisposeScope();
        var state = PaddingMask.ZeroTime(input, valid);
        RotaryTable? rotary = null;
        if (pos_conv is not null)
            state = state.add(Activation.Gelu(pos_conv[0].call(state.transpose(1, 2))).transpose(1, 2));
        else
            rotary = RotaryTable.Of(state.shape[1], _frequencies, state.dtype, state.device);
        if (!_config.NormFirst)
            state = layer_norm.call(state);
        if (training && _config.InputDropout > 0)
            state = functional.dropout(state, _config.InputDropout, true);
        var keyBias = valid is null ? null : PaddingMask.KeyBias(valid, state.dtype);
        foreach (var block in layers)
        {
            if (!IsDropped())
                state = block.Run(state, valid, keyBias, rotary);
        }
        if (_config.NormFirst)
            state = layer_norm.call(state);
        return state.MoveToOuterDisposeScope();
    }

    /// <summary>Adds factor · up · down of each adapter to its projection and switches the adapters on or off.</summary>
    public void MergeAdapters(double factor, bool active)
    {
        foreach (var block in layers)
            block.MergeAdapters(factor, active);
    }

    private bool IsDropped()
    {
        if (!training || _config.LayerDrop <= 0)
            return false;
        using var draw = rand(1);
        return draw.item<float>() < _config.LayerDrop;
    }
}
