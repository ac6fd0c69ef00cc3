using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>Keys and values of the tokens so far, so that each step computes its own only.</summary>
/// <remarks>
/// Memory for the full capacity is taken once; each step writes in place and reads a view, nothing is concatenated.
/// For inference: autograd does not flow through it. Not safe for use by several threads at once.
/// </remarks>
public sealed class KeyValueCache : IDisposable
{
    private readonly Tensor[] _keys;   // [layers] of [batch, keyValueHeads, capacity, headSize]
    private readonly Tensor[] _values; // [layers] of [batch, keyValueHeads, capacity, headSize]

    /// <summary>Makes an empty cache.</summary>
    /// <param name="config">The language model's shape.</param>
    /// <param name="batch">Rows.</param>
    /// <param name="capacity">Most tokens that a row can hold, prompt included.</param>
    /// <param name="dtype">Type of the model's parameters.</param>
    /// <param name="device">Device of the model; null is the CPU.</param>
    /// <exception cref="ArgumentOutOfRangeException">The batch or the capacity is below 1.</exception>
    public KeyValueCache(LlamaConfig config, long batch, long capacity, ScalarType dtype = ScalarType.Float32, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        (Batch, Capacity) = (batch, capacity);
        _keys = new Tensor[config.Layers];
        _values = new Tensor[config.Layers];
        for (var i = 0; i < _keys.Length; i++)
        {
            _keys[i] = empty(batch, config.KeyValueHeads, capacity, config.EffectiveHeadSize, dtype, device).DetachFromDisposeScope();
            _values[i] = empty(batch, config.KeyValueHeads, capacity, config.EffectiveHeadSize, dtype, device).DetachFromDisposeScope();
        }
    }

    /// <summary>Rows.</summary>
    public long Batch { get; private set; }

    /// <summary>Most tokens that a row can hold.</summary>
    public long Capacity { get; }

    /// <summary>Tokens held by each row.</summary>
    public long Length { get; private set; }

    /// <summary>Makes row i a copy of the present row indices[i], as beam search needs; the number of rows may change.</summary>
    /// <param name="beamIndices">[new batch] int64, each in [0, <see cref="Batch"/>).</param>
    /// <exception cref="ArgumentException">The indices are not a vector of int64.</exception>
    public void Reorder(Tensor beamIndices)
    {
        ArgumentNullException.ThrowIfNull(beamIndices);
        if (beamIndices.ndim != 1 || beamIndices.dtype != ScalarType.Int64)
            throw new ArgumentException($"The indices have shape [{string.Join(", ", beamIndices.shape)}] and type {beamIndices.dtype}; an int64 vector was expected.", nameof(beamIndices));
        var rows = beamIndices.shape[0];
        for (var i = 0; i < _keys.Length; i++)
        {
            _keys[i] = Reordered(_keys[i], beamIndices, rows);
            _values[i] = Reordered(_values[i], beamIndices, rows);
        }
        Batch = rows;
    }

    /// <summary>Forgets all but the first tokens of each row.</summary>
    /// <param name="length">Tokens to keep.</param>
    /// <exception cref="ArgumentOutOfRangeException">More than there are.</exception>
    public void Truncate(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length);
        Length = length;
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        foreach (var tensor in _keys)
            tensor.Dispose();
        foreach (var tensor in _values)
            tensor.Dispose();
    }

    /// <summary>Writes one layer's new keys and values and returns views of all so far.</summary>
    /// <param name="layer">Number of the layer.</param>
    /// <param name="keys">[batch, keyValueHeads, time, headSize].</param>
    /// <param name="values">[batch, keyValueHeads, time, headSize].</param>
    /// <returns>Two views, [batch, keyValueHeads, length + time, headSize].</returns>
    internal (Tensor Keys, Tensor Values) Append(int layer, Tensor keys, Tensor values)
    {
        var time = keys.shape[2];
        using var guard = no_grad();
        var keyPlace = _keys[layer].narrow(2, Length, time);
        keyPlace.copy_(keys);
        var valuePlace = _values[layer].narrow(2, Length, time);
        valuePlace.copy_(values);
        return (_keys[layer].narrow(2, 0, Length + time), _values[layer].narrow(2, 0, Length + time));
    }

    /// <summary>Counts the tokens that every layer has appended.</summary>
    internal void Advance(long time) => Length += time;

    private Tensor Reordered(Tensor stored, Tensor indices, long rows)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var used = stored.narrow(2, 0, Length);
        var chosen = used.index_select(0, indices); // [rows, keyValueHeads, length, headSize]
        if (rows == Batch)
        {
            used.copy_(chosen);
            return stored;
        }
        var shape = stored.shape;
        var grown = empty(rows, shape[1], shape[2], shape[3], stored.dtype, stored.device);
        grown.narrow(2, 0, Length).copy_(chosen);
        stored.Dispose();
        return grown.DetachFromDisposeScope();
    }
}
