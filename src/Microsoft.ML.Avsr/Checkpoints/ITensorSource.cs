using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>Named tensors on disk, read one at a time. All readers of weights files show their content through this interface.</summary>
public interface ITensorSource : IDisposable
{
    /// <summary>Path of the file or folder, for messages.</summary>
    string Location { get; }

    /// <summary>Every tensor that can be read, by name.</summary>
    IReadOnlyDictionary<string, TensorEntry> Entries { get; }

    /// <summary>Reads one tensor into new CPU memory.</summary>
    /// <param name="name">A key of <see cref="Entries"/>.</param>
    /// <param name="dtype">Element type of the result; null keeps the stored one. The conversion runs in pieces, so the tensor is never held twice.</param>
    /// <returns>A new contiguous CPU tensor of the entry's shape, owned by the caller's dispose scope.</returns>
    /// <exception cref="CheckpointException">The source has no such tensor.</exception>
    Tensor Read(string name, ScalarType? dtype = null);

    /// <summary>Copies one tensor into existing memory of the same shape, on any device, converting the element type.</summary>
    /// <param name="name">A key of <see cref="Entries"/>.</param>
    /// <param name="destination">Tensor or parameter of the entry's shape; its gradient history is not touched.</param>
    /// <exception cref="CheckpointException">No such tensor, another shape, or a destination without memory (meta device).</exception>
    void CopyTo(string name, Tensor destination);
}
