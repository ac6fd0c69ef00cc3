using System.Text.RegularExpressions;

namespace Microsoft.ML.Tokenizers;

/// <summary>Pieces are the matches of an expression; special tokens are found first and stay whole.</summary>
public sealed class RegexPreTokenizer : PreTokenizer
{
    private readonly Regex _pieces;
    private readonly Regex? _specials;

    public RegexPreTokenizer(Regex regex, IReadOnlyDictionary<string, int>? specialTokens)
    {
        ArgumentNullException.ThrowIfNull(regex);
        _pieces = regex;
        if (specialTokens is { Count: > 0 })
            _specials = new Regex(string.Join('|', specialTokens.Keys.Select(Regex.Escape)));
    }

    public override IEnumerable<(int Offset, int Length)> PreTokenize(string text)
    {
        var start = 0;
        while (_specials is not null && FirstMatch(_specials, text, start, text.Length) is { } special)
        {
            foreach (var piece in Pieces(text, start, special.Offset))
                yield return piece;
            yield return special;
            start = special.Offset + special.Length;
        }
        foreach (var piece in Pieces(text, start, text.Length))
            yield return piece;
    }

    public override IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text) => PreTokenize(text.ToString());

    // Each search starts afresh behind the last piece, so that anchors and look-behinds see only what is left.
    private IEnumerable<(int Offset, int Length)> Pieces(string text, int start, int end)
    {
        while (FirstMatch(_pieces, text, start, end) is { } piece)
        {
            if (piece.Length > 0)
                yield return piece;
            start = piece.Offset + Math.Max(piece.Length, 1);
        }
    }

    private static (int Offset, int Length)? FirstMatch(Regex regex, string text, int start, int end)
    {
        if (start >= end)
            return null;
        foreach (var match in regex.EnumerateMatches(text.AsSpan(start, end - start)))
            return (start + match.Index, match.Length);
        return null;
    }
}
