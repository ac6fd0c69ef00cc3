using Microsoft.ML.Avsr.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Recognition;

/// <summary>Takes the most probable token at every step.</summary>
internal static class GreedySearch
{
    /// <summary>Decodes a batch.</summary>
    /// <param name="llm">The language model.</param>
    /// <param name="prompt">The assembled prompts.</param>
    /// <param name="endToken">The token that ends a transcript.</param>
    /// <param name="maxTokens">Most tokens, end token included.</param>
    /// <param name="cancellationToken">Checked between tokens.</param>
    public static Hypothesis[] Decode(LlamaForCausalLM llm, PromptBatch prompt, int endToken, int maxTokens, CancellationToken cancellationToken)
    {
        var batch = prompt.Lengths.Count;
        var tokens = new List<int>[batch];
        for (var b = 0; b < batch; b++) tokens[b] = [];
        var sums = new double[batch];
        var lengths = new int[batch];
        var done = new bool[batch];
        var next = new long[batch];
        using var session = new DecodingSession(llm, prompt, maxTokens);
        for (var step = 0; step < maxTokens; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var logProbabilities = step == 0 ? session.Prefill(prompt) : session.Step(next); // [batch, vocabulary]
            var (values, indices) = logProbabilities.max(-1); // [batch], [batch]
            using var bestValues = values.cpu().data<float>();
            using var bestIndices = indices.cpu().data<long>();
            for (var b = 0; b < batch; b++)
            {
                next[b] = bestIndices[b];
                if (done[b])
                    continue;
                sums[b] += bestValues[b];
                lengths[b]++;
                if (next[b] == endToken)
                    done[b] = true;
                else
                    tokens[b].Add((int)next[b]);
            }
            if (Array.TrueForAll(done, d => d))
                break;
        }
        return [.. Enumerable.Range(0, batch).Select(b => new Hypothesis([.. tokens[b]], sums[b], lengths[b], sums[b] / Math.Max(1, lengths[b])))];
    }
}
