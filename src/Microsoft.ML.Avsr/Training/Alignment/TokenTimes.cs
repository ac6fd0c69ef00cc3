namespace Microsoft.ML.Avsr.Training;

/// <summary>When each token of a transcript is being said.</summary>
/// <param name="Tokens">Token ids.</param>
/// <param name="Starts">Seconds at which each begins.</param>
/// <param name="Ends">Seconds at which each ends, at or before the next one's start.</param>
internal sealed record TokenTimes(IReadOnlyList<int> Tokens, double[] Starts, double[] Ends)
{
    /// <summary>Longest stretch on either side of a token's middle, in seconds: what is farther away is silence.</summary>
    private const double Reach = 0.3;

    /// <summary>Shares the time between the tokens' middles out to the tokens.</summary>
    /// <param name="tokens">Token ids.</param>
    /// <param name="centers">Middle of each token in seconds, ascending.</param>
    public static TokenTimes Around(IReadOnlyList<int> tokens, double[] centers)
    {
        var starts = new double[centers.Length];
        var ends = new double[centers.Length];
        for (var i = 0; i < centers.Length; i++)
        {
            var toPrevious = i > 0 ? (centers[i] - centers[i - 1]) / 2 : Reach;
            var toNext = i + 1 < centers.Length ? (centers[i + 1] - centers[i]) / 2 : Reach;
            // The first and the last token have a neighbour on one side only: the other side is taken to be as long.
            if (i == 0) toPrevious = toNext;
            if (i + 1 == centers.Length) toNext = toPrevious;
            starts[i] = centers[i] - Math.Min(toPrevious, Reach);
            ends[i] = centers[i] + Math.Min(toNext, Reach);
        }
        return new TokenTimes(tokens, starts, ends);
    }

    /// <summary>The token that is being said at a moment, or <paramref name="none"/>.</summary>
    /// <param name="seconds">The moment.</param>
    /// <param name="none">What silence is.</param>
    public int At(double seconds, int none)
    {
        for (var i = 0; i < Starts.Length; i++)
        {
            if (seconds >= Starts[i] && seconds < Ends[i])
                return Tokens[i];
        }
        return none;
    }
}
