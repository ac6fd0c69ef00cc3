using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Recognition;

/// <summary>Forbids the end tokens until <paramref name="minimum"/> tokens are generated.</summary>
internal sealed class MinimumLengthFilter(int minimum, IReadOnlyList<int> endTokens) : ITokenFilter
{
    public Tensor Apply(Tensor scores, GeneratedTokens generated)
    {
        if (generated.Length >= minimum)
            return scores;
        using var scope = NewDisposeScope();
        var index = tensor(endTokens.Select(t => (long)t).ToArray(), device: scores.device); // [end tokens]
        var changed = scores.clone();
        changed.index_fill_(1, index, float.NegativeInfinity);
        return changed.MoveToOuterDisposeScope();
    }
}
