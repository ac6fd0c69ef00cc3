using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace Microsoft.ML.Avsr.Text;

/// <summary>Spelled-out English numbers to digits, with signs, currencies, per cents, ordinals and plurals. Source: Whisper's English text normaliser.</summary>
internal static partial class EnglishNumbers
{
    private static readonly HashSet<string> s_zeros = ["o", "oh", "zero"];
    private static readonly Dictionary<string, int> s_ones = Numbered(1,
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen");
    private static readonly Dictionary<string, int> s_tens = Numbered(2, "twenty thirty forty fifty sixty seventy eighty ninety", times: 10);
    private static readonly Dictionary<string, (int Value, string Suffix)> s_onesSuffixed = BuildOnesSuffixed();
    private static readonly Dictionary<string, (int Value, string Suffix)> s_tensSuffixed = s_tens
        .SelectMany(pair => new[] { (pair.Key[..^1] + "ies", (pair.Value, "s")), (pair.Key[..^1] + "ieth", (pair.Value, "th")) })
        .ToDictionary(pair => pair.Item1, pair => pair.Item2);
    private static readonly Dictionary<string, BigInteger> s_multipliers = BuildMultipliers();
    private static readonly Dictionary<string, (BigInteger Value, string Suffix)> s_multipliersSuffixed = s_multipliers
        .SelectMany(pair => new[] { (pair.Key + "s", (pair.Value, "s")), (pair.Key + "th", (pair.Value, "th")) })
        .ToDictionary(pair => pair.Item1, pair => pair.Item2);
    private static readonly Dictionary<string, string> s_signs = new() { ["minus"] = "-", ["negative"] = "-", ["plus"] = "+", ["positive"] = "+" };
    private static readonly Dictionary<string, string> s_currencies = new()
    {
        ["pound"] = "£", ["pounds"] = "£", ["euro"] = "€", ["euros"] = "€", ["dollar"] = "$", ["dollars"] = "$", ["cent"] = "¢", ["cents"] = "¢",
    };
    private static readonly HashSet<string> s_words =
    [
        .. s_zeros, .. s_ones.Keys, .. s_onesSuffixed.Keys, .. s_tens.Keys, .. s_tensSuffixed.Keys, .. s_multipliers.Keys, .. s_multipliersSuffixed.Keys,
        .. s_signs.Keys, .. s_currencies.Keys, "per", "percent", "and", "double", "triple", "point",
    ];

    public static string Normalize(string text)
    {
        var words = TranscriptText.Words(Prepare(text));
        return Finish(string.Join(' ', new Reader(words).Read()));
    }

    // "two and a half" is read as "two point five"; letters and digits part, but not "10 th".
    private static string Prepare(string text)
    {
        var parts = AndAHalf().Split(text);
        var result = new List<string>();
        for (var i = 0; i < parts.Length; i++)
        {
            if (string.IsNullOrWhiteSpace(parts[i]))
                continue;
            result.Add(parts[i]);
            if (i == parts.Length - 1)
                continue;
            var last = TranscriptText.Words(parts[i])[^1];
            result.Add(IsDecimal(last) || s_multipliers.ContainsKey(last) ? "point five" : "and a half");
        }
        var spaced = DigitLetter().Replace(LetterDigit().Replace(string.Join(' ', result), "$1 $2"), "$1 $2");
        return DigitSuffix().Replace(spaced, "$1$2");
    }

    // "$2 and ¢7" becomes "$2.07", "$0.07" becomes "¢7", and a lone 1 is written out again.
    private static string Finish(string text)
    {
        text = DollarsAndCents().Replace(text, match => string.Create(CultureInfo.InvariantCulture, $"{match.Groups[1].Value}{match.Groups[2].Value}.{int.Parse(match.Groups[3].ValueSpan, CultureInfo.InvariantCulture):00}"));
        text = OnlyCents().Replace(text, match => string.Create(CultureInfo.InvariantCulture, $"¢{int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)}"));
        return LoneOne().Replace(text, "one$1");
    }

    private static bool IsDecimal(string word) => s_ones.ContainsKey(word) || s_tens.ContainsKey(word) || s_zeros.Contains(word);

    private static bool IsNumeric(string? word) => word is not null && Numeric().IsMatch(word);

    private static Dictionary<string, int> Numbered(int first, string names, int times = 1)
        => names.Split(' ').Select((name, i) => (name, (first + i) * times)).ToDictionary(pair => pair.name, pair => pair.Item2);

    private static Dictionary<string, (int, string)> BuildOnesSuffixed()
    {
        var table = new Dictionary<string, (int, string)>();
        foreach (var (name, value) in s_ones)
            table[name == "six" ? "sixes" : name + "s"] = (value, "s");
        foreach (var (name, value) in s_ones.Where(pair => pair.Value > 3 && pair.Value is not (5 or 12)))
            table[name + (name.EndsWith('t') ? "h" : "th")] = (value, "th");
        foreach (var (name, value, suffix) in new[] { ("zeroth", 0, "th"), ("first", 1, "st"), ("second", 2, "nd"), ("third", 3, "rd"), ("fifth", 5, "th"), ("twelfth", 12, "th") })
            table[name] = (value, suffix);
        return table;
    }

    private static Dictionary<string, BigInteger> BuildMultipliers()
    {
        var table = new Dictionary<string, BigInteger> { ["hundred"] = 100 };
        var names = "thousand million billion trillion quadrillion quintillion sextillion septillion octillion nonillion decillion".Split(' ');
        for (var i = 0; i < names.Length; i++)
            table.Add(names[i], BigInteger.Pow(1000, i + 1));
        return table;
    }

    [GeneratedRegex(@"\band\s+a\s+half\b")]
    private static partial Regex AndAHalf();

    [GeneratedRegex("([a-z])([0-9])")]
    private static partial Regex LetterDigit();

    [GeneratedRegex("([0-9])([a-z])")]
    private static partial Regex DigitLetter();

    [GeneratedRegex(@"([0-9])\s+(st|nd|rd|th|s)\b")]
    private static partial Regex DigitSuffix();

    [GeneratedRegex(@"([€£$])([0-9]+) (?:and )?¢([0-9]{1,2})\b")]
    private static partial Regex DollarsAndCents();

    // Any character may stand for the point, as in the reference.
    [GeneratedRegex(@"[€£$]0.([0-9]{1,2})\b")]
    private static partial Regex OnlyCents();

    [GeneratedRegex(@"\b1(s?)\b")]
    private static partial Regex LoneOne();

    [GeneratedRegex(@"^\d+(\.\d+)?$")]
    private static partial Regex Numeric();
}
