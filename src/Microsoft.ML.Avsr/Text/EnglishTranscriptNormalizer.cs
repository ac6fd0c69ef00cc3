using System.Text.RegularExpressions;

namespace Microsoft.ML.Avsr.Text;

/// <summary>
/// For English: what <see cref="BasicTranscriptNormalizer"/> does, and contractions and titles are written out, hesitations left out,
/// numbers, amounts and per cents written in digits, British spelling made American.
/// Source: Whisper's English text normaliser (v20240930); equal to it, its oddities included, so that error rates can be compared.
/// </summary>
public sealed partial class EnglishTranscriptNormalizer : ITranscriptNormalizer
{
    private static readonly Lazy<Dictionary<string, string>> s_spelling = new(LoadSpelling);

    // Order matters: the special forms come before the endings they are made of.
    private static readonly (Regex Pattern, string Replacement)[] s_replacements = BuildReplacements();

    /// <inheritdoc/>
    public string Normalize(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var spoken = TranscriptText.WithoutBrackets(TranscriptText.Lower(text));
        spoken = Hesitation().Replace(spoken, "");
        spoken = SpaceBeforeApostrophe().Replace(spoken, "'");
        foreach (var (pattern, replacement) in s_replacements)
            spoken = pattern.Replace(spoken, replacement);
        spoken = CommaInNumber().Replace(spoken, "$1$2");
        spoken = PeriodOutsideNumber().Replace(spoken, " $1");
        spoken = TranscriptText.WithoutSymbolsAndDiacritics(spoken, keep: ".%$¢€£");

        spoken = EnglishNumbers.Normalize(spoken);
        spoken = string.Join(' ', TranscriptText.Words(spoken).Select(word => s_spelling.Value.GetValueOrDefault(word, word)));

        spoken = SpaceBehindCurrency().Replace(spoken, "$1$2");
        spoken = SpaceBeforePercent().Replace(spoken, "$1%");
        spoken = LonePrefix().Replace(spoken, " $1");
        spoken = LonePercent().Replace(spoken, "$1 ");
        return TranscriptText.SingleSpaces(spoken);
    }

    private static (Regex, string)[] BuildReplacements()
    {
        var table = new List<(Regex, string)>();
        void Add(string pattern, string replacement) => table.Add((new Regex(pattern, RegexOptions.CultureInvariant), replacement));

        foreach (var (word, replacement) in new[]
        {
            ("won't", "will not"), ("can't", "can not"), ("let's", "let us"), ("ain't", "aint"), ("y'all", "you all"), ("wanna", "want to"), ("gotta", "got to"),
            ("gonna", "going to"), ("i'ma", "i am going to"), ("imma", "i am going to"), ("woulda", "would have"), ("coulda", "could have"),
            ("shoulda", "should have"), ("ma'am", "madam"),
        })
            Add($@"\b{word}\b", replacement);
        foreach (var (title, replacement) in new[]
        {
            ("mr", "mister"), ("mrs", "missus"), ("st", "saint"), ("dr", "doctor"), ("prof", "professor"), ("capt", "captain"), ("gov", "governor"),
            ("ald", "alderman"), ("gen", "general"), ("sen", "senator"), ("rep", "representative"), ("pres", "president"), ("rev", "reverend"),
            ("hon", "honorable"), ("asst", "assistant"), ("assoc", "associate"), ("lt", "lieutenant"), ("col", "colonel"), ("jr", "junior"),
            ("sr", "senior"), ("esq", "esquire"),
        })
            Add($@"\b{title}\b", replacement + " ");
        foreach (var (ending, replacement) in new[]
        {
            ("'d been", "had been"), ("'s been", "has been"), ("'d gone", "had gone"), ("'s gone", "has gone"), ("'d done", "had done"), ("'s got", "has got"),
            ("n't", "not"), ("'re", "are"), ("'s", "is"), ("'d", "would"), ("'ll", "will"), ("'t", "not"), ("'ve", "have"), ("'m", "am"),
        })
            Add($@"{ending}\b", " " + replacement);
        return [.. table];
    }

    private static Dictionary<string, string> LoadSpelling() => TextResources.ReadLines("english-spelling.txt")
        .Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split('\t'))
        .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);

    [GeneratedRegex(@"\b(hmm|mm|mhm|mmm|uh|um)\b")]
    private static partial Regex Hesitation();

    [GeneratedRegex(@"\s+'")]
    private static partial Regex SpaceBeforeApostrophe();

    [GeneratedRegex(@"(\d),(\d)")]
    private static partial Regex CommaInNumber();

    [GeneratedRegex(@"\.([^0-9]|$)")]
    private static partial Regex PeriodOutsideNumber();

    [GeneratedRegex(@"([$¢€£])\s+([0-9])")]
    private static partial Regex SpaceBehindCurrency();

    [GeneratedRegex(@"([0-9])\s+%")]
    private static partial Regex SpaceBeforePercent();

    [GeneratedRegex(@"[.$¢€£]([^0-9])")]
    private static partial Regex LonePrefix();

    [GeneratedRegex(@"([^0-9])%")]
    private static partial Regex LonePercent();
}
