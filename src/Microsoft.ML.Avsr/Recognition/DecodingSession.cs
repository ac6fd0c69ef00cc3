using Microsoft.ML.Avsr.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Recognition;

/// <summary>
/// The state of one decoding run: prompt lengths and key-value cache. Generated tokens of all rows share columns behind the longest prompt;
/// a mask hides the padding between, and positions continue each row's own prompt, so a row decodes as it would alone.
/// </summary>
internal sealed class DecodingSession : IDisposable
{
    private readonly LlamaForCausalLM _llm;
    private readonly KeyValueCache _cache;
    private readonly Device _device;
    private readonly int _promptWidth;
    private readonly bool _ragged;
    private readonly long[] _lengths;
    private Tensor? _keyValid; // [batch, capacity] bool
    private Tensor? _positions; // [batch, 1] int64: place of the next token in its row
    private int _steps;

    public DecodingSession(LlamaForCausalLM llm, PromptBatch prompt, int maxTokens)
    {
        _llm = llm;
        _lengths = [.. prompt.Lengths.Select(l => (long)l)];
        _promptWidth = (int)prompt.Embeddings.size(1);
        var capacity = _promptWidth + maxTokens;
        _ragged = _lengths.Any(l => l != _promptWidth);
        _device = llm.Device;
        _cache = new KeyValueCache(llm.Config, _lengths.Length, capacity, llm.DType, _device);
        if (!_ragged)
            return;
        _keyValid = KeyMask(_lengths, capacity, _device);
        _positions = tensor(_lengths, [_lengths.Length, 1], device: _device).DetachFromDisposeScope();
    }

    /// <summary>Runs the prompt.</summary>
    /// <returns>Logits of the first token, [batch, vocabulary], float32.</returns>
    public Tensor Prefill(PromptBatch prompt)
    {
        using var scope = NewDisposeScope();
        var first = _lengths.Min() - 1;
        // [batch, length - first, width]; right padding cannot reach earlier positions
        var hidden = _llm.Decode(prompt.Embeddings, null, null, _cache, first: first);
        var (batch, asked, width) = (hidden.size(0), hidden.size(1), hidden.size(2));
        var flat = hidden.reshape(batch * asked, width);
        var last = tensor(_lengths.Select((l, b) => b * asked + l - 1 - first).ToArray(), device: hidden.device);
        return Logits(flat.index_select(0, last)).MoveToOuterDisposeScope();
    }

    /// <summary>Feeds one token per row.</summary>
    /// <param name="tokens">The tokens, one per row.</param>
    /// <returns>Logits of the next token, [batch, vocabulary], float32.</returns>
    public Tensor Step(long[] tokens)
    {
        using var scope = NewDisposeScope();
        var batch = tokens.Length;
        var ids = tensor(tokens, [batch, 1], device: _device); // [batch, 1]
        var embeddings = _llm.Embed(ids); // [batch, 1, width]
        Tensor? positions = null, keyValid = null;
        if (_ragged)
        {
            positions = _positions!.add(_steps); // [batch, 1]
            keyValid = _keyValid!.narrow(1, 0, _promptWidth + _steps + 1); // [batch, keys]
        }
        var hidden = _llm.Decode(embeddings, positions, keyValid, _cache); // [batch, 1, width]
        _steps++;
        return Logits(hidden.squeeze(1)).MoveToOuterDisposeScope();
    }

    /// <summary>Re-orders (or repeats) the rows: row i continues what row <paramref name="rows"/>[i] had.</summary>
    public void Reorder(long[] rows)
    {
        using var scope = NewDisposeScope();
        var index = tensor(rows, device: _device); // [new batch]
        _cache.Reorder(index);
        if (!_ragged)
            return;
        _keyValid = Chosen(_keyValid!, index);
        _positions = Chosen(_positions!, index);
    }

    public void Dispose()
    {
        _keyValid?.Dispose();
        _positions?.Dispose();
        _cache.Dispose();
    }

    private Tensor Logits(Tensor hidden) => _llm.Logits(hidden).to_type(ScalarType.Float32); // [batch, vocabulary]

    private static Tensor Chosen(Tensor old, Tensor index)
    {
        var chosen = old.index_select(0, index).DetachFromDisposeScope();
        old.Dispose();
        return chosen;
    }

    private Tensor KeyMask(long[] lengths, int capacity, Device device)
    {
        var mask = new bool[lengths.Length * capacity];
        for (var b = 0; b < lengths.Length; b++)
        {
            Array.Fill(mask, true, b * capacity, (int)lengths[b]);
            Array.Fill(mask, true, b * capacity + _promptWidth, capacity - _promptWidth);
        }
        return tensor(mask, [lengths.Length, capacity], device: device).DetachFromDisposeScope();
    }
}
