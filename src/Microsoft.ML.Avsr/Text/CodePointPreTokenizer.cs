using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.ML.Tokenizers;

namespace Microsoft.ML.Avsr.Text;

/// <summary>
/// Cuts text with a regular expression that sees Unicode characters. .NET expressions see UTF-16 halves, for which <c>\p{L}</c> is never
/// true, while the tokenizers' own expressions see whole characters: here each character beyond U+FFFF is shown to the expression as one
/// stand-in of the same general category. Text between matches is kept as a piece of its own.
/// </summary>
internal sealed class CodePointPreTokenizer : PreTokenizer
{
    // A ceiling for expressions that come from files; the published ones take microseconds.
    private static readonly TimeSpan s_timeout = TimeSpan.FromMilliseconds(500);
    private readonly Regex _regex;

    public CodePointPreTokenizer(string pattern, TimeSpan? timeout = null)
        // Unicode folds the long s to s, .NET does not: the contraction 's is the one place where it shows.
        => _regex = new Regex(pattern.Replace("(?i:'s|", "(?i:'[s\u017F]|", StringComparison.Ordinal), RegexOptions.CultureInvariant, timeout ?? s_timeout);

    public override IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text) => PreTokenize(text.ToString());

    public override IEnumerable<(int Offset, int Length)> PreTokenize(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var (projection, offsets) = Project(text);
        var pieces = new List<(int, int)>();
        var end = 0;
        try
        {
            foreach (var match in _regex.EnumerateMatches(projection))
            {
                if (match.Length == 0)
                    continue;
                Add(end, match.Index);
                end = match.Index + match.Length;
                Add(match.Index, end);
            }
        }
        catch (RegexMatchTimeoutException problem)
        {
            throw new TokenizerException($"The tokenizer's expression '{_regex}' did not get through a text of {text.Length} characters in {_regex.MatchTimeout.TotalSeconds} s.", problem);
        }
        Add(end, projection.Length);
        return pieces;

        void Add(int from, int to)
        {
            if (to > from)
                pieces.Add(offsets is null ? (from, to - from) : (offsets[from], offsets[to] - offsets[from]));
        }
    }

    // Offsets is null where the projection is the text itself (no surrogate in it).
    private static (string Projection, int[]? Offsets) Project(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
            return (text, null);
        var projection = new StringBuilder(text.Length);
        var offsets = new List<int>(text.Length + 1);
        for (var i = 0; i < text.Length;)
        {
            Rune.DecodeFromUtf16(text.AsSpan(i), out var rune, out var used);
            projection.Append(rune.IsBmp ? (char)rune.Value : StandIn(rune));
            offsets.Add(i);
            i += used;
        }
        offsets.Add(text.Length);
        return (projection.ToString(), [.. offsets]);
    }

    private static char StandIn(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.UppercaseLetter => 'À',
        UnicodeCategory.LowercaseLetter => 'à',
        UnicodeCategory.TitlecaseLetter => '\u01C5',
        UnicodeCategory.ModifierLetter => '\u02B0',
        UnicodeCategory.OtherLetter => '\u4E00',
        UnicodeCategory.NonSpacingMark => '\u0300',
        UnicodeCategory.SpacingCombiningMark => '\u0903',
        UnicodeCategory.EnclosingMark => '\u20DD',
        UnicodeCategory.DecimalDigitNumber => '\u0660',
        UnicodeCategory.LetterNumber => '\u2160',
        UnicodeCategory.OtherNumber => '\u00B2',
        UnicodeCategory.ConnectorPunctuation => '\u203F',
        UnicodeCategory.DashPunctuation => '\u2010',
        UnicodeCategory.OpenPunctuation => '\u2045',
        UnicodeCategory.ClosePunctuation => '\u2046',
        UnicodeCategory.OtherPunctuation => '\u00A7',
        UnicodeCategory.MathSymbol => '\u00B1',
        UnicodeCategory.CurrencySymbol => '\u00A2',
        UnicodeCategory.ModifierSymbol => '\u00A8',
        UnicodeCategory.OtherSymbol => '\u00A9',
        UnicodeCategory.Format => '\u200B',
        UnicodeCategory.PrivateUse => '\uE000',
        _ => '\uFFFF',
    };
}
