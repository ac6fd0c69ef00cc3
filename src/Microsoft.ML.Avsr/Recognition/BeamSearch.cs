using Microsoft.ML.Avsr.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Recognition;

/// <summary>
/// Beam search with the reference's rules (spec section 11.1): at least twice as many candidates as beams, an end token counts only among
/// the best <c>beams</c> candidates, finished hypotheses are ranked by score over length to a power. Filters see log-probabilities, and what
/// they leave accumulates. With sampling the candidates are drawn without replacement from the softmax of the accumulated scores.
/// </summary>
internal static class BeamSearch
{
    /// <summary>Decodes a batch; every row's hypotheses come best first, at most <see cref="DecodingOptions.Alternatives"/> of them.</summary>
    /// <param name="llm">The language model.</param>
    /// <param name="prompt">The assembled prompts.</param>
    /// <param name="endTokens">The tokens that end a transcript.</param>
    /// <param name="options">Beams, limits, filters and sampling.</param>
    /// <param name="cancellationToken">Checked between tokens.</param>
    /// <param name="first">A filter in front of those of the options.</param>
    public static Hypothesis[][] Decode(
        LlamaForCausalLM llm, PromptBatch prompt, IReadOnlyList<int> endTokens, DecodingOptions options, CancellationToken cancellationToken,
        ITokenFilter? first = null)
    {
        var batch = prompt.Lengths.Count;
        var beams = options.BeamSize;
        var filters = new TokenFilterChain(options, endTokens, first);
        var generated = new GeneratedTokens(batch, options.MaxTokens);
        var rows = new BeamRow[batch];
        for (var b = 0; b < batch; b++)
            rows[b] = new BeamRow(options, endTokens);
        using var random = options.Sampling is { } sampling ? new Generator((ulong)sampling.Seed, CPU) : null;
        using var session = new DecodingSession(llm, prompt, options.MaxTokens);
        var next = new long[batch * beams];
        var sources = new long[batch * beams];
        for (var step = 0; step < options.MaxTokens; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            // The first step has one row per clip; from then on there are `beams`.
            var width = step == 0 ? 1 : beams;
            var logits = step == 0 ? session.Prefill(prompt) : session.Step(next); // [batch * width, vocabulary]
            var vocabulary = (int)logits.size(1);
            var logProbabilities = logits.log_softmax(1);
            var scores = filters.Apply(logProbabilities, generated);
            if (step > 0)
                scores = scores.add(tensor(OpenScores(rows, beams), [batch * beams, 1], device: scores.device));
            var flat = scores.reshape(batch, width * vocabulary);
            var wanted = Math.Min(Math.Max(2, 1 + endTokens.Count) * beams, width * vocabulary);
            var (values, indices) = random is null ? flat.topk(wanted, 1) : Draw(flat, wanted, random); // [batch, wanted]
            // What the model itself thinks of each candidate, for the confidence.
            var own = filters.IsEmpty ? null : logProbabilities.reshape(batch, width * vocabulary).gather(1, indices);
            var candidates = Candidates(values, indices, own);
            for (var b = 0; b < batch; b++)
            {
                rows[b].Advance(candidates.AsSpan(b * wanted, wanted), vocabulary, generated, b * width);
                for (var k = 0; k < beams; k++)
                {
                    sources[b * beams + k] = b * width + rows[b].Open[k].Source;
                    next[b * beams + k] = rows[b].Open[k].Token;
                }
            }
            generated.Reorder(sources);
            generated.Append(next);
            if (Array.TrueForAll(rows, r => r.Done))
                break;
            if (step + 1 < options.MaxTokens)
                session.Reorder(sources);
        }
        return [.. rows.Select((r, b) => r.Finish(generated, b * beams))];
    }

    private static float[] OpenScores(BeamRow[] rows, int beams)
    {
        var scores = new float[rows.Length * beams];
        for (var b = 0; b < rows.Length; b++)
            for (var k = 0; k < beams; k++)
                scores[b * beams + k] = (float)rows[b].Open[k].Score;
        return scores;
    }

    private static (Tensor Values, Tensor Indices) Draw(Tensor flat, int count, Generator random)
    {
        var probabilities = flat.softmax(1).cpu();
        var drawn = probabilities.multinomial(count, false, random).to(flat.device); // [batch, count]
        var (values, order) = flat.gather(1, drawn).sort(1, true, false);
        return (values, drawn.gather(1, order));
    }

    private static BeamCandidate[] Candidates(Tensor values, Tensor indices, Tensor? own)
    {
        using var scores = values.cpu().data<float>();
        using var places = indices.cpu().data<long>();
        using var model = own?.cpu().data<float>();
        var (scoreArray, placeArray, modelArray) = (scores.ToArray(), places.ToArray(), model?.ToArray());
        var result = new BeamCandidate[scoreArray.Length];
        for (var i = 0; i < result.Length; i++)
            result[i] = new BeamCandidate(placeArray[i], scoreArray[i], modelArray?[i]);
        return result;
    }
}
