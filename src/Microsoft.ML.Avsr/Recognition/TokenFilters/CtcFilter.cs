using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Recognition;

/// <summary>
/// Scores the next token jointly by the language model and by the encoders' CTC heads:
/// (1 - w) log p_LM + w log p_CTC, the heads' shares by how sure they are of the clip.
/// </summary>
/// <param name="heads">One head's scores, or those of the audio and then the video head of the same clips.</param>
/// <param name="weight">Share of the heads, above 0 and below 1.</param>
/// <param name="endTokens">Tokens that end a transcript.</param>
internal sealed class CtcFilter(IReadOnlyList<CtcScores> heads, double weight, IReadOnlyList<int> endTokens) : ITokenFilter
{
    /// <summary>A head counts by this power of its certainty: a stream that is drowned in noise soon says nothing.</summary>
    private const double CertaintyPower = 4;

    /// <summary>
    /// The power where the video head was surer than the audio head of the clips that they learned from. Lips are harder to read than sound, so it
    /// knows those clips by heart and boasts; certainties are then compared as shares of the usual ones.
    /// </summary>
    private const double CalibratedPower = 24;

    /// <summary>Least log-probability that a head gives: it advises, and forbids nothing.</summary>
    private const double Floor = -15;

    private List<Row> _rows = [];
    private double[][]? _shares;
    private float[] _advice = [];

    public Tensor Apply(Tensor scores, GeneratedTokens generated)
    {
        var (rows, vocabulary) = ((int)scores.shape[0], (int)scores.shape[1]);
        _shares ??= Shares(rows);
        var width = rows / _shares.Length;
        if (_advice.Length < rows * vocabulary)
            _advice = new float[rows * vocabulary];
        var current = new List<Row>(rows);
        for (var r = 0; r < rows; r++)
        {
            var row = Continue(r / width, generated.Row(r));
            current.Add(row);
            Advise(row, _advice.AsSpan(r * vocabulary, vocabulary));
        }
        _rows = current;
        var advice = tensor(_advice.AsSpan(0, rows * vocabulary).ToArray(), [rows, vocabulary], device: scores.device); // [rows, vocabulary]
        return scores.log_softmax(1).mul(1 - weight).add(advice);
    }

    private double[][] Shares(int clips)
    {
        var shares = new double[clips][];
        var boasts = heads is [{ UsualCertainty: > 0 and var audio }, { UsualCertainty: { } video }] && video > audio;
        for (var clip = 0; clip < clips; clip++)
        {
            var certainties = heads.Select(h => boasts ? Math.Pow(h.Certainty(clip) / h.UsualCertainty!.Value, CalibratedPower) : Math.Pow(h.Certainty(clip), CertaintyPower)).ToArray();
            var sum = certainties.Sum();
            shares[clip] = [.. certainties.Select(c => sum > 0 ? c / sum : 1.0 / heads.Count)];
        }
        return shares;
    }

    private void Advise(Row row, Span<float> advice)
    {
        advice.Clear();
        if (row.Ended)
            return;
        Span<double> next = new double[heads.Max(h => h.Blank)];
        for (var h = 0; h < heads.Count; h++)
        {
            var share = weight * _shares![row.Clip][h];
            var known = next[..heads[h].Blank];
            var end = row.Prefixes[h].Next(known);
            for (var token = 0; token < advice.Length; token++)
                advice[token] += (float)(share * (token < known.Length ? Math.Max(known[token], Floor) : Floor));
            foreach (var token in endTokens)
                advice[token] += (float)(share * (Math.Max(end, Floor) - (token < known.Length ? Math.Max(known[token], Floor) : Floor)));
        }
    }

    /// <summary>The state of some tokens: that of all but the last one, one step on.</summary>
    private Row Continue(int clip, ReadOnlySpan<long> tokens)
    {
        if (tokens.IsEmpty)
            return new Row(clip, [], [.. heads.Select(h => CtcPrefix.Empty(h, clip))], false);
        var last = (int)tokens[^1];
        Row? before = null;
        foreach (var row in _rows)
        {
            if (row.Clip == clip && row.Tokens.AsSpan().SequenceEqual(tokens[..^1]))
            {
                before = row;
                break;
            }
        }
        before ??= Continue(clip, tokens[..^1]);
        // What is not one of the heads' tokens is an end or a special token: no head follows it.
        var ended = before.Ended || endTokens.Contains(last) || heads.Any(h => last >= h.Blank);
        return new Row(clip, tokens.ToArray(), ended ? before.Prefixes : [.. before.Prefixes.Select(p => p.Extend(last))], ended);
    }

    private sealed record Row(int Clip, long[] Tokens, CtcPrefix[] Prefixes, bool Ended);
}
