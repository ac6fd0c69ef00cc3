using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>A block of numbers that tensors of a PyTorch file view; several tensors may share one.</summary>
internal sealed class TorchStorage(string key, ScalarType? type, long count)
{
    /// <summary>Name of the block in its file.</summary>
    public string Key { get; } = key;

    /// <summary>Element type; null for untyped bytes.</summary>
    public ScalarType? Type { get; } = type;

    /// <summary>Elements (bytes when untyped) that the file claims for the block.</summary>
    public long Count { get; } = count;

    /// <summary>First element of this block inside the one it views (legacy files only).</summary>
    public long ViewOffset { get; init; }

    /// <summary>The block that this one is a view of; null for a block of its own.</summary>
    public string? ViewOf { get; init; }
}

/// <summary>A tensor of a PyTorch file: a view of a storage.</summary>
internal sealed record TorchTensor(TorchStorage Storage, ScalarType Type, long Offset, long[] Shape, long[] Strides)
{
    public bool IsContiguous
    {
        get
        {
            long expected = 1;
            for (var i = Shape.Length - 1; i >= 0; i--)
            {
                if (Shape[i] == 0)
                    return true;
                if (Shape[i] != 1 && Strides[i] != expected)
                    return false;
                expected *= Shape[i];
            }
            return true;
        }
    }

    /// <summary>One past the last element that the tensor touches, counted from the start of its storage; null on overflow.</summary>
    public long? End
    {
        get
        {
            Int128 last = Offset;
            for (var i = 0; i < Shape.Length; i++)
            {
                if (Shape[i] == 0)
                    return Offset;
                last += (Int128)(Shape[i] - 1) * Strides[i];
                if (last >= long.MaxValue)
                    return null;
            }
            return (long)last + 1;
        }
    }
}
