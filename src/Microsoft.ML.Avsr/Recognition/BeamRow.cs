namespace Microsoft.ML.Avsr.Recognition;

/// <summary>A continuation that a step offers: its place in [beams · vocabulary], its accumulated score, and the model's own log-probability
/// of its token where filters made the score differ.</summary>
internal readonly record struct BeamCandidate(long Place, float Score, float? Model);

/// <summary>An unfinished hypothesis: the beam that it continues, its newest token, and its sums.</summary>
internal readonly record struct OpenBeam(int Source, int Token, double Score, double LogProbability);

/// <summary>One clip's open beams and finished hypotheses.</summary>
internal sealed class BeamRow(DecodingOptions options, IReadOnlyList<int> endTokens)
{
    /// <summary>Score of a beam that no candidate filled: it can never win.</summary>
    private const double Dead = -1e9;

    private readonly List<Hypothesis> _finished = [];

    /// <summary>The open beams, best first; empty before the first step.</summary>
    public OpenBeam[] Open { get; private set; } = [];

    /// <summary>Whether nothing better can come.</summary>
    public bool Done { get; private set; }

    /// <summary>Takes a step's candidates, best first.</summary>
    /// <param name="candidates">The candidates.</param>
    /// <param name="vocabulary">Tokens per beam.</param>
    /// <param name="generated">Tokens of the beams before this step.</param>
    /// <param name="firstRow">This clip's first row there.</param>
    public void Advance(ReadOnlySpan<BeamCandidate> candidates, int vocabulary, GeneratedTokens generated, int firstRow)
    {
        if (Done)
            return;
        var length = generated.Length + 1;
        var next = new OpenBeam[options.BeamSize];
        var count = 0;
        for (var rank = 0; rank < candidates.Length && count < next.Length; rank++)
        {
            var candidate = candidates[rank];
            if (!(candidate.Score > Dead / 2))
                break; // forbidden tokens and dead beams: nothing better follows
            var source = (int)(candidate.Place / vocabulary);
            var token = (int)(candidate.Place % vocabulary);
            var sum = candidate.Model is { } own ? own + (Open.Length == 0 ? 0 : Open[source].LogProbability) : candidate.Score;
            if (!endTokens.Contains(token))
                next[count++] = new OpenBeam(source, token, candidate.Score, sum);
            else if (rank < next.Length)
                Keep(generated.ToArray(firstRow + source), candidate.Score, sum, length, token);
        }
        Array.Fill(next, new OpenBeam(0, 0, Dead, Dead), count, next.Length - count);
        Open = next;
        Done = _finished.Count >= options.BeamSize && IsSettled(candidates[0].Score, length);
    }

    /// <summary>Ends the search: open beams count as they are.</summary>
    /// <param name="generated">Tokens of the open beams.</param>
    /// <param name="firstRow">This clip's first row there.</param>
    /// <returns>The best hypotheses, best first.</returns>
    public Hypothesis[] Finish(GeneratedTokens generated, int firstRow)
    {
        if (!Done)
            for (var k = 0; k < Open.Length; k++)
                if (Open[k].Score > Dead / 2)
                    Keep(generated.ToArray(firstRow + k), Open[k].Score, Open[k].LogProbability, generated.Length, null);
        // Filters may forbid every token: then nothing was recognised.
        return _finished.Count == 0
            ? [new Hypothesis([], 0, 0, double.NegativeInfinity)]
            : [.. _finished.Take(options.Alternatives)];
    }

    private bool IsSettled(double best, int length)
    {
        var reach = options.Stopping == BeamStopping.Exhaustive && options.LengthPenalty > 0 ? options.MaxTokens : length;
        return options.Stopping == BeamStopping.Immediate || _finished[^1].Score >= best / Math.Pow(reach, options.LengthPenalty);
    }

    private void Keep(int[] tokens, double sum, double logProbability, int length, int? end)
    {
        var score = sum / Math.Pow(length, options.LengthPenalty);
        if (_finished.Count >= options.BeamSize && score <= _finished[^1].Score)
            return;
        var place = _finished.FindIndex(h => h.Score < score);
        _finished.Insert(place < 0 ? _finished.Count : place, new Hypothesis(tokens, logProbability, length, score) { EndToken = end });
        if (_finished.Count > options.BeamSize)
            _finished.RemoveAt(_finished.Count - 1);
    }
}
