using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Microsoft.ML.Avsr.Text;

/// <summary>Steps that the normalisers share: Whisper's text operations, with Python's idea of lower case and white space.</summary>
internal static partial class TranscriptText
{
    // Letters that Unicode does not take apart. Source: Whisper, whisper/normalizers.
    private static readonly Dictionary<int, string> s_letters = new()
    {
        ['œ'] = "oe", ['Œ'] = "OE", ['ø'] = "o", ['Ø'] = "O", ['æ'] = "ae", ['Æ'] = "AE", ['ß'] = "ss", ['ẞ'] = "SS",
        ['đ'] = "d", ['Đ'] = "D", ['ð'] = "d", ['Ð'] = "D", ['þ'] = "th", ['Þ'] = "th", ['ł'] = "l", ['Ł'] = "L",
    };

    /// <summary>Lower case with the two mappings that depend on more than one character: final sigma, and the dotted capital I.</summary>
    public static string Lower(string text)
    {
        if (!text.AsSpan().ContainsAny('Σ', 'İ'))
            return text.ToLowerInvariant();
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == 'İ')
                result.Append("i\u0307");
            else if (text[i] == 'Σ' && LetterBefore(text, i) && !LetterBehind(text, i))
                result.Append('ς');
            else
                result.Append(text[i]);
        }
        return result.ToString().ToLowerInvariant();
    }

    /// <summary>Takes out what stands in square, angle or round brackets.</summary>
    public static string WithoutBrackets(string text) => RoundBrackets().Replace(SquareBrackets().Replace(text, ""), "");

    /// <summary>Turns marks, symbols and punctuation into spaces.</summary>
    public static string WithoutSymbols(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (var rune in UnicodeForms.ComposeCompatibility(text).EnumerateRunes())
            result.Append(IsSymbol(rune) ? " " : rune.ToString());
        return result.ToString();
    }

    /// <summary>The same, and accents fall off their letters.</summary>
    /// <param name="text">Text.</param>
    /// <param name="keep">Symbols that stay.</param>
    public static string WithoutSymbolsAndDiacritics(string text, string keep = "")
    {
        var result = new StringBuilder(text.Length);
        foreach (var rune in UnicodeForms.DecomposeCompatibility(text).EnumerateRunes())
        {
            if (rune.IsBmp && keep.Contains((char)rune.Value))
                result.Append((char)rune.Value);
            else if (s_letters.TryGetValue(rune.Value, out var letters))
                result.Append(letters);
            else if (Rune.GetUnicodeCategory(rune) != UnicodeCategory.NonSpacingMark)
                result.Append(IsSymbol(rune) ? " " : rune.ToString());
        }
        return result.ToString();
    }

    /// <summary>Turns each run of white space into one space.</summary>
    public static string SingleSpaces(string text) => WhiteSpace().Replace(text, " ");

    /// <summary>Splits at white space.</summary>
    public static string[] Words(string text) => SingleSpaces(text).Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static bool IsSymbol(Rune rune) => Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark
        or UnicodeCategory.MathSymbol or UnicodeCategory.CurrencySymbol or UnicodeCategory.ModifierSymbol or UnicodeCategory.OtherSymbol
        or UnicodeCategory.ConnectorPunctuation or UnicodeCategory.DashPunctuation or UnicodeCategory.OpenPunctuation or UnicodeCategory.ClosePunctuation
        or UnicodeCategory.InitialQuotePunctuation or UnicodeCategory.FinalQuotePunctuation or UnicodeCategory.OtherPunctuation;

    private static bool LetterBefore(string text, int at)
    {
        var i = at - 1;
        while (i >= 0 && IsIgnorable(text[i]))
            i--;
        return i >= 0 && char.IsLetter(text[i]);
    }

    private static bool LetterBehind(string text, int at)
    {
        var i = at + 1;
        while (i < text.Length && IsIgnorable(text[i]))
            i++;
        return i < text.Length && char.IsLetter(text[i]);
    }

    private static bool IsIgnorable(char character) => character is '\'' or '.' or '\u2019' or '\u00AD' || char.GetUnicodeCategory(character) == UnicodeCategory.NonSpacingMark;

    [GeneratedRegex(@"[<\[][^>\]]*[>\]]")]
    private static partial Regex SquareBrackets();

    [GeneratedRegex(@"\(([^)]+?)\)")]
    private static partial Regex RoundBrackets();

    // Python counts the four separators U+001C to U+001F as white space, .NET does not.
    [GeneratedRegex(@"[\s\x1C-\x1F]+")]
    private static partial Regex WhiteSpace();
}
