using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Recognition;

/// <summary>The filters that the options ask for, in the reference's order: penalties and bans, then temperature, top-k, top-p.</summary>
internal sealed class TokenFilterChain : ITokenFilter
{
    private readonly ITokenFilter[] _filters;

    /// <param name="options">Which filters.</param>
    /// <param name="endTokens">Tokens that end a transcript.</param>
    /// <param name="first">A filter in front of them; null is none.</param>
    public TokenFilterChain(DecodingOptions options, IReadOnlyList<int> endTokens, ITokenFilter? first = null)
    {
        var filters = new List<ITokenFilter>();
        if (first is not null)
            filters.Add(first);
        if (options.RepetitionPenalty != 1)
            filters.Add(new RepetitionPenaltyFilter(options.RepetitionPenalty));
        if (options.NoRepeatNgram > 0)
            filters.Add(new NoRepeatNgramFilter(options.NoRepeatNgram));
        if (options.MinTokens > 0)
            filters.Add(new MinimumLengthFilter(options.MinTokens, endTokens));
        if (options.Sampling is { } sampling)
        {
            // A beam needs enough candidates that are no end tokens.
            var least = options.BeamSize > 1 ? 1 + endTokens.Count : 1;
            filters.Add(new TemperatureFilter(sampling.Temperature));
            if (sampling.TopK > 0)
                filters.Add(new TopKFilter(Math.Max(sampling.TopK, least)));
            if (sampling.TopP < 1)
                filters.Add(new TopPFilter(sampling.TopP, least));
        }
        _filters = [.. filters];
    }

    /// <summary>Whether nothing is changed.</summary>
    public bool IsEmpty => _filters.Length == 0;

    public Tensor Apply(Tensor scores, GeneratedTokens generated)
    {
        foreach (var filter in _filters)
            scores = filter.Apply(scores, generated);
        return scores;
    }
}
