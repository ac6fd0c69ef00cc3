using Microsoft.ML.Avsr.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Recognition;

/// <summary>
/// Plain beam search with the reference's rules (spec section 11.1 without sampling): twice as many candidates as beams,
/// an end token counts only among the best <c>beams</c> candidates, finished hypotheses are ranked by log-probability over length to a power,
/// and a clip is done when its worst kept hypothesis cannot be beaten by what is still open.
/// </summary>
internal static class BeamSearch
{
    /// <summary>Decodes a batch; every row's hypotheses come best first.</summary>
    /// <param name="llm">The language model.</param>
    /// <param name="prompt">The assembled prompts.</param>
    /// <param name="endToken">The token that ends a transcript.</param>
    /// <param name="options">Beams, most tokens and length penalty.</param>
    /// <param name="cancellationToken">Checked between tokens.</param>
    public static Hypothesis[][] Decode(
        LlamaForCausalLM llm, PromptBatch prompt, int endToken, DecodingOptions options, CancellationToken cancellationToken)
    {
        var batch = prompt.Lengths.Count;
        var beams = options.BeamSize;
        var rows = Enumerable.Range(0, batch).Select(_ => new Row(beams, options.LengthPenalty, endToken)).ToArray();
        using var session = new DecodingSession(llm, prompt, options.MaxTokens);
        var next = new long[batch * beams];
        for (var step = 0; step < options.MaxTokens; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            // The first step has one row per clip; from then on there are `beams`.
            var width = step == 0 ? 1 : beams;
            var logProbabilities = step == 0 ? session.Prefill(prompt) : session.Step(next); // [batch * width, vocabulary]
            var vocabulary = (int)logProbabilities.size(1);
            if (step > 0)
                logProbabilities = logProbabilities.add_(tensor(OpenScores(rows, beams), [batch * beams, 1], device: logProbabilities.device));
            var flat = logProbabilities.view(batch, width * vocabulary); // [batch, width * vocabulary]
            var (values, indices) = flat.topk(Math.Min(2 * beams, width * vocabulary), 1); // [batch, 2 * beams]
            using var candidateScores = values.cpu().data<float>();
            using var candidateIndices = indices.cpu().data<long>();
            var scores = candidateScores.ToArray();
            var places = candidateIndices.ToArray();
            var candidates = scores.Length / batch;
            var sources = new long[batch * beams];
            for (var b = 0; b < batch; b++)
            {
                rows[b].Advance(scores.AsSpan(b * candidates, candidates), places.AsSpan(b * candidates, candidates), vocabulary, step + 1);
                for (var k = 0; k < beams; k++)
                {
                    sources[b * beams + k] = b * width + rows[b].Open[k].Source;
                    next[b * beams + k] = rows[b].Open[k].Last;
                }
            }
            if (Array.TrueForAll(rows, r => r.Done))
                break;
            session.Reorder(sources);
        }
        return [.. rows.Select(r => r.Finish())];
    }

    private static float[] OpenScores(Row[] rows, int beams)
    {
        var scores = new float[rows.Length * beams];
        for (var b = 0; b < rows.Length; b++)
            for (var k = 0; k < beams; k++)
                scores[b * beams + k] = (float)rows[b].Open[k].Score;
        return scores;
    }

    /// <summary>An unfinished hypothesis: a linked list of tokens, so that beams share their past.</summary>
    private sealed record Beam(Beam? Parent, int Last, double Score, int Source, int Length)
    {
        public int[] Tokens()
        {
            var tokens = new int[Length];
            var beam = this;
            for (var i = Length - 1; i >= 0; i--, beam = beam!.Parent)
                tokens[i] = beam!.Last;
            return tokens;
        }
    }

    private sealed class Row(int beams, double lengthPenalty, int endToken)
    {
        private readonly List<Hypothesis> _finished = [];

        /// <summary>A beam that no candidate filled: it can never win.</summary>
        private static readonly Beam s_dead = new(null, 0, -1e9, 0, 0);

        public Beam[] Open { get; private set; } = [];

        public bool Done { get; private set; }

        public void Advance(ReadOnlySpan<float> scores, ReadOnlySpan<long> places, int vocabulary, int length)
        {
            if (Done)
                return;
            var next = new List<Beam>(beams);
            for (var rank = 0; rank < scores.Length && next.Count < beams; rank++)
            {
                var source = (int)(places[rank] / vocabulary);
                var token = (int)(places[rank] % vocabulary);
                var parent = Open.Length == 0 ? null : Open[source];
                if (token == endToken)
                {
                    if (rank < beams)
                        Keep(parent?.Tokens() ?? [], scores[rank], length);
                    continue;
                }
                next.Add(new Beam(parent, token, scores[rank], source, length));
            }
            while (next.Count < beams)
                next.Add(next.Count > 0 ? next[^1] with { Score = -1e9 } : s_dead);
            Open = [.. next];
            Done = _finished.Count >= beams && _finished[^1].Score >= scores[0] / Math.Pow(length, lengthPenalty);
        }

        public Hypothesis[] Finish()
        {
            if (!Done)
                foreach (var beam in Open.Where(b => b.Score > -1e8))
                    Keep(beam.Tokens(), beam.Score, beam.Length);
            return [.. _finished];
        }

        private void Keep(int[] tokens, double sum, int length)
        {
            var score = sum / Math.Pow(length, lengthPenalty);
            if (_finished.Count >= beams && score <= _finished[^1].Score)
                return;
            var place = _finished.FindIndex(h => h.Score < score);
            _finished.Insert(place < 0 ? _finished.Count : place, new Hypothesis(tokens, sum, length, score));
            if (_finished.Count > beams)
                _finished.RemoveAt(_finished.Count - 1);
        }
    }
}
