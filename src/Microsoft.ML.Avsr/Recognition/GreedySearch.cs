using Microsoft.ML.Avsr.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Recognition;

/// <summary>Takes the best token at every step, or draws one. Filters see the logits, as in the reference.</summary>
internal static class GreedySearch
{
    /// <summary>Decodes a batch.</summary>
    /// <param name="llm">The language model.</param>
    /// <param name="prompt">The assembled prompts.</param>
    /// <param name="endTokens">The tokens that end a transcript.</param>
    /// <param name="options">Limits, filters and sampling.</param>
    /// <param name="cancellationToken">Checked between tokens.</param>
    /// <param name="onLogits">Sees the filtered logits of each step, [batch, vocabulary].</param>
    /// <param name="first">A filter in front of those of the options.</param>
    public static Hypothesis[] Decode(
        LlamaForCausalLM llm, PromptBatch prompt, IReadOnlyList<int> endTokens, DecodingOptions options, CancellationToken cancellationToken,
        Action<Tensor>? onLogits = null, ITokenFilter? first = null)
    {
        var batch = prompt.Lengths.Count;
        var filters = new TokenFilterChain(options, endTokens, first);
        var generated = new GeneratedTokens(batch, options.MaxTokens);
        var sums = new double[batch];
        var results = new Hypothesis?[batch];
        var open = batch;
        var next = new long[batch];
        using var random = options.Sampling is { } sampling ? new Generator((ulong)sampling.Seed, CPU) : null;
        using var session = new DecodingSession(llm, prompt, options.MaxTokens);
        for (var step = 0; step < options.MaxTokens && open > 0; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var logits = step == 0 ? session.Prefill(prompt) : session.Step(next); // [batch, vocabulary]
            var filtered = filters.Apply(logits, generated);
            onLogits?.Invoke(filtered);
            var chosen = random is null
                ? filtered.argmax(1, true)
                : filtered.softmax(1).cpu().multinomial(1, false, random).to(logits.device); // [batch, 1]
            var logProbabilities = logits.log_softmax(1).gather(1, chosen); // [batch, 1]
            using var values = logProbabilities.cpu().data<float>();
            using var indices = chosen.cpu().data<long>();
            for (var b = 0; b < batch; b++)
            {
                next[b] = indices[b];
                if (results[b] is not null)
                    continue;
                sums[b] += values[b];
                if (!endTokens.Contains((int)next[b]))
                    continue;
                results[b] = Finished(generated.ToArray(b), sums[b], step + 1, (int)next[b], options);
                open--;
            }
            generated.Append(next);
        }
        return [.. results.Select((r, b) => r ?? Finished(generated.ToArray(b), sums[b], generated.Length, null, options))];
    }

    private static Hypothesis Finished(int[] tokens, double sum, int length, int? end, DecodingOptions options) =>
        new(tokens, sum, length, sum / Math.Pow(Math.Max(1, length), options.LengthPenalty)) { EndToken = end };
}
