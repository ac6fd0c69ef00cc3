namespace Microsoft.ML.Avsr.Recognition;

/// <summary>
/// Probability that what a CTC head sees begins with some tokens, extended token by token
/// (Watanabe et al. 2017, "Hybrid CTC/attention architecture", algorithm 2).
/// </summary>
internal sealed class CtcPrefix
{
    /// <summary>Terms this much smaller than the largest one, in nepers, do not count.</summary>
    private const double Negligible = -40;

    private readonly CtcScores _scores;
    private readonly int _clip;
    private readonly double[] _endsInToken; // [frames] log-probability of the tokens so far, the last frame being the last token
    private readonly double[] _endsInBlank; // [frames] the same, the last frame being a blank
    private readonly int _last;
    private readonly double _own;

    private CtcPrefix(CtcScores scores, int clip, double[] endsInToken, double[] endsInBlank, int last, double own)
    {
        (_scores, _clip, _endsInToken, _endsInBlank, _last, _own) = (scores, clip, endsInToken, endsInBlank, last, own);
    }

    /// <summary>The empty prefix of a clip.</summary>
    public static CtcPrefix Empty(CtcScores scores, int clip)
    {
        var logs = scores.Logs(clip);
        var frames = scores.Frames(clip);
        var token = new double[frames];
        var blank = new double[frames];
        Array.Fill(token, double.NegativeInfinity);
        double sum = 0;
        for (var t = 0; t < frames; t++)
            blank[t] = sum += logs[t * scores.Classes + scores.Blank];
        return new CtcPrefix(scores, clip, token, blank, -1, 0);
    }

    /// <summary>Log-probability of each next token, given the tokens so far.</summary>
    /// <param name="next">Receives them, [classes - 1]; the head's tokens without the blank.</param>
    /// <returns>The log-probability that nothing follows.</returns>
    public double Next(Span<double> next)
    {
        next.Clear();
        var frames = _endsInToken.Length;
        if (frames == 0)
            return 0;
        var largest = double.NegativeInfinity;
        for (var t = 0; t < frames; t++)
            largest = Math.Max(largest, Before(t));
        var probabilities = _scores.Probabilities(_clip);
        double repeated = 0; // the last token again needs a blank between
        for (var t = 0; t < frames; t++)
        {
            var relative = Before(t) - largest;
            if (relative < Negligible)
                continue;
            var weight = Math.Exp(relative);
            var row = probabilities.Slice(t * _scores.Classes, next.Length);
            for (var c = 0; c < row.Length; c++)
                next[c] += weight * row[c];
            if (_last >= 0 && t > 0)
                repeated += Math.Exp(_endsInBlank[t - 1] - largest) * row[_last];
        }
        if (_last >= 0)
            next[_last] = repeated;
        for (var c = 0; c < next.Length; c++)
            next[c] = Math.Log(next[c]) + largest - _own;
        return LogAdd(_endsInToken[frames - 1], _endsInBlank[frames - 1]) - _own;
    }

    /// <summary>The prefix with one more token.</summary>
    public CtcPrefix Extend(int token)
    {
        var logs = _scores.Logs(_clip);
        var frames = _endsInToken.Length;
        var inToken = new double[frames];
        var inBlank = new double[frames];
        var (lastToken, lastBlank, own) = (double.NegativeInfinity, double.NegativeInfinity, double.NegativeInfinity);
        for (var t = 0; t < frames; t++)
        {
            var begins = token == _last ? (t > 0 ? _endsInBlank[t - 1] : double.NegativeInfinity) : Before(t);
            var score = logs[t * _scores.Classes + token];
            var newToken = LogAdd(lastToken, begins) + score;
            var newBlank = LogAdd(lastToken, lastBlank) + logs[t * _scores.Classes + _scores.Blank];
            own = LogAdd(own, begins + score);
            (inToken[t], inBlank[t]) = (lastToken, lastBlank) = (newToken, newBlank);
        }
        return new CtcPrefix(_scores, _clip, inToken, inBlank, token, own);
    }

    /// <summary>Log-probability of the tokens so far up to the frame before <paramref name="frame"/>.</summary>
    private double Before(int frame) => frame > 0
        ? LogAdd(_endsInToken[frame - 1], _endsInBlank[frame - 1])
        : _last < 0 ? 0 : double.NegativeInfinity;

    private static double LogAdd(double a, double b)
    {
        var (large, small) = a > b ? (a, b) : (b, a);
        return double.IsNegativeInfinity(small) ? large : large + Math.Log(1 + Math.Exp(small - large));
    }
}
