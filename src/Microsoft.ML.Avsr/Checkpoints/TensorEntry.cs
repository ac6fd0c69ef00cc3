using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>What a weights file says about one tensor, without its numbers.</summary>
/// <param name="Name">Key of the tensor in its source.</param>
/// <param name="DType">Element type as stored.</param>
/// <param name="Shape">Sizes of the dimensions; empty for a scalar.</param>
/// <param name="ByteLength">Bytes of the whole tensor: elements times element size.</param>
public readonly record struct TensorEntry(string Name, ScalarType DType, long[] Shape, long ByteLength)
{
    /// <summary>Number of elements: the product of <see cref="Shape"/>.</summary>
    public long ElementCount => ByteLength / ScalarTypes.Size(DType);

    internal string Describe() => $"{ScalarTypes.Name(DType)} [{string.Join(", ", Shape)}]";
}
