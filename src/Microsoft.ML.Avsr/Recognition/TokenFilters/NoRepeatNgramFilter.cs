using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Recognition;

/// <summary>Forbids the token that would complete a run of <paramref name="size"/> tokens which the row already has.</summary>
internal sealed class NoRepeatNgramFilter(int size) : ITokenFilter
{
    public Tensor Apply(Tensor scores, GeneratedTokens generated)
    {
        if (generated.Length < size)
            return scores;
        var vocabulary = scores.size(1);
        var forbidden = new List<long>();
        for (var row = 0; row < generated.Rows; row++)
        {
            var tokens = generated.Row(row);
            var last = tokens[^(size - 1)..]; // the run's beginning, size - 1 tokens
            for (var start = 0; start + size <= tokens.Length; start++)
                if (tokens.Slice(start, size - 1).SequenceEqual(last))
                    forbidden.Add(row * vocabulary + tokens[start + size - 1]);
        }
        if (forbidden.Count == 0)
            return scores;
        using var scope = NewDisposeScope();
        var index = tensor(forbidden.ToArray(), device: scores.device); // places in [rows * vocabulary]
        var flat = scores.reshape(-1).clone();
        flat.index_fill_(0, index, float.NegativeInfinity);
        return flat.view(generated.Rows, vocabulary).MoveToOuterDisposeScope();
    }
}
