using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>A Llama or Qwen2 decoder (specification 7), with optional low-rank adapters.</summary>
/// <remarks>State-dictionary names are Hugging Face's; adapters have the reference's names (specification 16.2).</remarks>
public sealed class LlamaForCausalLM : Module<Tensor, Tensor>
{
    private readonly LlamaStack model;
    private readonly LinearLayer? lm_head;
    private readonly float[] _frequencies;

    /// <summary>Makes a model.</summary>
    /// <param name="config">Its shape.</param>
    /// <param name="lora">Low-rank adapters; null is none.</param>
    /// <param name="construction">Where and how parameters are made; null is random values on the CPU.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public LlamaForCausalLM(LlamaConfig config, LoraConfig? lora = null, ModuleConstruction? construction = null)
        : base(nameof(LlamaForCausalLM))
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config.Validated();
        Lora = lora;
        lora?.Validate();
        var make = construction ?? ModuleConstruction.Default;
        model = new LlamaStack(config, lora, make);
        if (!config.TieEmbeddings)
            lm_head = new LinearLayer(config.Width, config.VocabularySize, hasBias: false, make);
        _frequencies = config.RotaryFrequencies();
        RegisterComponents();
    }

    /// <summary>The model's shape.</summary>
    public LlamaConfig Config { get; }

    /// <summary>Its low-rank adapters; null is none.</summary>
    public LoraConfig? Lora { get; }

    /// <summary>Whether the adapters are at present part of the projections' weights.</summary>
    public bool AdaptersMerged { get; private set; }

    /// <summary>Type of the parameters.</summary>
    public ScalarType DType => model.Embeddings.Weight.dtype;

    /// <summary>Device of the parameters.</summary>
    public Device Device => model.Embeddings.Weight.device;

    /// <summary>Scores of the next token at each position.</summary>
    /// <param name="ids">[batch, time] int64.</param>
    /// <returns>Logits, [batch, time, vocabulary].</returns>
    public override Tensor forward(Tensor ids)
    {
        using var scope = NewDisposeScope();
        return Logits(Decode(Embed(ids))).MoveToOuterDisposeScope();
    }

    /// <summary>Looks tokens up.</summary>
    /// <param name="ids">int64 ids of any shape [...], each in [0, vocabulary).</param>
    /// <returns>[..., width].</returns>
    /// <exception cref="ArgumentException">The ids are not int64.</exception>
    public Tensor Embed(Tensor ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        if (ids.dtype != ScalarType.Int64)
            throw new ArgumentException($"Token ids have type {ids.dtype}; Int64 was expected.", nameof(ids));
        return model.Embeddings.call(ids);
    }

    /// <summary>Runs the decoder layers: each position sees itself and real positions before it.</summary>
    /// <param name="embeddings">[batch, time, width].</param>
    /// <param name="positions">Rotary positions, [batch, time] int64; null is 0, 1, 2 ... after what the cache holds.</param>
    /// <param name="keyValid">[batch, cached + time] bool, false for padding; null hides nothing.</param>
    /// <param name="cache">Earlier tokens; this call's are appended. Null is none.</param>
    /// <param name="layerOutputs">
    /// Receives the output of every layer before the final norm, [batch, time, width] each (of the last layer as it is returned), in the caller's scope;
    /// null keeps none.
    /// </param>
    /// <param name="first">The first position whose hidden state is wanted, 0 to time - 1. The last layer computes no others: they are seen by no layer.</param>
    /// <returns>Hidden states after the final norm, [batch, time - first, width].</returns>
    /// <exception cref="ArgumentException">A shape does not fit, or the cache is full.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="first"/> is not a position.</exception>
    public Tensor Decode(
        Tensor embeddings, Tensor? positions = null, Tensor? keyValid = null, KeyValueCache? cache = null, ICollection<Tensor>? layerOutputs = null,
        long first = 0)
    {
        CheckShapes(embeddings, positions, keyValid, cache);
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(first, embeddings.shape[1]);
        using var scope = NewDisposeScope();
        var time = embeddings.shape[1];
        var cached = cache?.Length ?? 0;
        var state = embeddings.to(DType);
        var device = state.device;
        var places = positions ?? arange(cached, cached + time, ScalarType.Int64, device).unsqueeze(0); // [batch or 1, time]
        var rotary = RotaryTable.Of(places, _frequencies, DType);
        var scoreBias = model.Layers.Count > 1 || first == 0 ? ScoreBias(time, cached, keyValid, device) : null;
        var lastBias = first == 0 ? scoreBias : ScoreBias(time, cached, keyValid, device, first);
        var layer = 0;
        foreach (var block in model.Layers)
        {
            var isLast = layer == model.Layers.Count - 1;
            state = block.Run(state, rotary, isLast ? lastBias : scoreBias, cache, layer++, isLast ? first : 0);
            layerOutputs?.Add(state);
        }
        cache?.Advance(time);
        var hidden = model.Norm.call(state).MoveToOuterDisposeScope();
        if (layerOutputs is not null)
        {
            foreach (var output in layerOutputs)
                output.MoveToOuterDisposeScope();
        }
        return hidden;
    }

    /// <summary>Scores of the vocabulary.</summary>
    /// <param name="hidden">[..., width], from <see cref="Decode"/>.</param>
    /// <returns>[..., vocabulary].</returns>
    public Tensor Logits(Tensor hidden)
    {
        ArgumentNullException.ThrowIfNull(hidden);
        if (hidden.shape[^1] != Config.Width)
            throw new ArgumentException($"The hidden states have shape [{string.Join(", ", hidden.shape)}]; [..., {Config.Width}] was expected.", nameof(hidden));
        return lm_head is null ? functional.linear(hidden, model.Embeddings.Weight) : lm_head.call(hidden);
    }

    /// <summary>Adds the adapters to the projections' weights: inference without their cost.</summary>
    /// <remarks>Nothing happens without adapters, or when they are merged already.</remarks>
    public void MergeAdapters()
    {
        if (Lora is null || AdaptersMerged)
            return;
        foreach (var block in model.Layers)
            block.MergeAdapters(Lora.Scale, active: false);
        AdaptersMerged = true;
    }

    /// <summary>Takes the adapters out of the projections' weights again (equal up to rounding).</summary>
    public void UnmergeAdapters()
    {
        if (Lora is null || !AdaptersMerged)
            return;
        foreach (var block in model.Layers)
            block.MergeAdapters(-Lora.Scale, active: true);
        AdaptersMerged = false;
    }

    /// <summary>Numbers added to the attention scores: causal order and padding.</summary>
    /// <returns>[batch or 1, 1, groups · (time - first), cached + time]; null when nothing is hidden.</returns>
    private Tensor? ScoreBias(long time, long cached, Tensor? keyValid, Device device, long first = 0)
    {
        var (total, asked) = (cached + time, time - first);
        var padding = keyValid is null ? null : PaddingMask.KeyBias(keyValid, DType); // [batch, 1, 1, total]
        if (asked == 1)
            return padding;
        var query = arange(cached + first, total, ScalarType.Int64, device).unsqueeze(1); // [asked, 1]
        var key = arange(total, ScalarType.Int64, device).unsqueeze(0);           // [1, total]
        var causal = key.gt(query).to(DType).mul(PaddingMask.Hidden);             // [asked, total]
        var bias = padding is null ? causal.unsqueeze(0).unsqueeze(0) : padding.add(causal).clamp_min(PaddingMask.Hidden);
        var groups = Config.Heads / Config.KeyValueHeads;
        if (groups == 1)
            return bias;                                                          // [batch or 1, 1, asked, total]
        var batch = bias.shape[0];
        return bias.expand(batch, groups, asked, total).reshape(batch, 1, groups * asked, total);
    }

    private void CheckShapes(Tensor embeddings, Tensor? positions, Tensor? keyValid, KeyValueCache? cache)
    {
        ArgumentNullException.ThrowIfNull(embeddings);
        var shape = embeddings.shape;
        if (shape.Length != 3 || shape[1] < 1 || shape[2] != Config.Width)
            throw new ArgumentException($"The embeddings have shape [{string.Join(", ", shape)}]; [batch, time, {Config.Width}] was expected.", nameof(embeddings));
        var total = shape[1] + (cache?.Length ?? 0);
        if (positions is not null && (positions.ndim != 2 || (positions.shape[0] != shape[0] && positions.shape[0] != 1) || positions.shape[1] != shape[1]))
            throw new ArgumentException($"The positions have shape [{string.Join(", ", positions.shape)}]; [{shape[0]}, {shape[1]}] was expected.", nameof(positions));
        if (keyValid is not null && (keyValid.dtype != ScalarType.Bool || keyValid.ndim != 2 || keyValid.shape[0] != shape[0] || keyValid.shape[1] != total))
            throw new ArgumentException($"The key mask has shape [{string.Join(", ", keyValid.shape)}] and type {keyValid.dtype}; [{shape[0]}, {total}] bool was expected.", nameof(keyValid));
        if (cache is null)
            return;
        if (cache.Batch != shape[0])
            throw new ArgumentException($"The cache has {cache.Batch} rows, the embeddings {shape[0]}.", nameof(cache));
        if (total > cache.Capacity)
            throw new ArgumentException($"The cache holds at most {cache.Capacity} tokens; {total} are needed. Make it larger.", nameof(cache));
    }
}
