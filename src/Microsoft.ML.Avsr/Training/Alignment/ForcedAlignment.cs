namespace Microsoft.ML.Avsr.Training;

/// <summary>Finds when the tokens of a known transcript were said: the best path of a CTC head through its frames (Graves et al. 2006).</summary>
internal static class ForcedAlignment
{
    /// <summary>Aligns one clip.</summary>
    /// <param name="scores">Natural-log probabilities, [time, classes].</param>
    /// <param name="classes">Number of classes, the blank included.</param>
    /// <param name="blank">Index of the blank.</param>
    /// <param name="tokens">The transcript.</param>
    /// <returns>The middle of each token's frames (0 is the first frame's middle) and the geometric mean of the tokens' best probabilities; null where the clip is too short.</returns>
    public static (double[] Centers, double Confidence)? Align(ReadOnlySpan<float> scores, int classes, int blank, IReadOnlyList<int> tokens)
    {
        var time = scores.Length / classes;
        var states = 2 * tokens.Count + 1; // blanks at even places, tokens at odd ones
        if (tokens.Count == 0 || time < tokens.Count)
            return null;
        int Label(int state) => state % 2 == 0 ? blank : tokens[state / 2];
        // A token may follow a token directly, unless it is the same one: those need a blank between them.
        bool MaySkip(int state) => state % 2 == 1 && state > 1 && tokens[state / 2] != tokens[state / 2 - 1];

        var best = new double[states];
        var before = new double[states];
        var steps = new byte[time * states]; // how many states back the best path came from: 0, 1 or 2
        Array.Fill(best, double.NegativeInfinity);
        best[0] = scores[blank];
        best[1] = scores[tokens[0]];
        for (var t = 1; t < time; t++)
        {
            (best, before) = (before, best);
            var row = scores.Slice(t * classes, classes);
            for (var s = 0; s < states; s++)
            {
                var from = before[s];
                byte back = 0;
                if (s > 0 && before[s - 1] > from)
                    (from, back) = (before[s - 1], 1);
                if (MaySkip(s) && before[s - 2] > from)
                    (from, back) = (before[s - 2], 2);
                best[s] = from + row[Label(s)];
                steps[t * states + s] = back;
            }
        }
        var state = best[states - 1] >= best[states - 2] ? states - 1 : states - 2;
        if (double.IsNegativeInfinity(best[state]))
            return null;
        return Trace(scores, classes, tokens, steps, states, state);
    }

    private static (double[] Centers, double Confidence) Trace(
        ReadOnlySpan<float> scores, int classes, IReadOnlyList<int> tokens, byte[] steps, int states, int state)
    {
        var sums = new double[tokens.Count];
        var counts = new int[tokens.Count];
        var peaks = new double[tokens.Count];
        Array.Fill(peaks, double.NegativeInfinity);
        for (var t = scores.Length / classes - 1; t >= 0; t--)
        {
            if (state % 2 == 1)
            {
                var token = state / 2;
                sums[token] += t;
                counts[token]++;
                peaks[token] = Math.Max(peaks[token], scores[t * classes + tokens[token]]);
            }
            state -= steps[t * states + state];
        }
        var centers = new double[tokens.Count];
        for (var i = 0; i < centers.Length; i++)
            centers[i] = sums[i] / counts[i];
        return (centers, Math.Exp(peaks.Average()));
    }
}
