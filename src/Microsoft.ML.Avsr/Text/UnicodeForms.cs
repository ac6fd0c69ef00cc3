using System.Globalization;
using System.Text;

namespace Microsoft.ML.Avsr.Text;

/// <summary>
/// Unicode normalisation forms C, KC and KD from tables of our own: <see cref="string.Normalize()"/> does nothing in applications that run
/// without culture data, and a tokenizer must give the same ids there. Source: Unicode Standard Annex 15.
/// </summary>
internal static class UnicodeForms
{
    private const int HangulFirst = 0xAC00;
    private const int HangulLead = 0x1100;
    private const int HangulVowel = 0x1161;
    private const int HangulTrail = 0x11A7;
    private const int HangulVowels = 21;
    private const int HangulTrails = 28;
    private const int HangulSyllables = 11172;

    private static readonly Lazy<Tables> s_tables = new(Tables.Load);

    /// <summary>Form C: canonical decomposition, then composition.</summary>
    public static string Compose(string text)
        // Nothing below U+0300 combines with anything, and all of it is composed already.
        => text.AsSpan().ContainsAnyExceptInRange('\0', '\u02FF') ? ToText(ComposeAll(DecomposeAll(text, compatibility: false))) : text;

    /// <summary>Form KC: compatibility decomposition, then composition.</summary>
    public static string ComposeCompatibility(string text)
        => Ascii.IsValid(text) ? text : ToText(ComposeAll(DecomposeAll(text, compatibility: true)));

    /// <summary>Form KD: compatibility decomposition.</summary>
    public static string DecomposeCompatibility(string text)
        => Ascii.IsValid(text) ? text : ToText(DecomposeAll(text, compatibility: true));

    private static List<int> DecomposeAll(string text, bool compatibility)
    {
        var tables = s_tables.Value;
        var points = new List<int>(text.Length + 16);
        foreach (var rune in text.EnumerateRunes())
            Decompose(rune.Value, compatibility, tables, points);
        // Marks behind one base come in the order of their classes; the sort must keep equals in place.
        for (var i = 1; i < points.Count; i++)
        {
            var mark = tables.Class(points[i]);
            for (var k = i; mark != 0 && k > 0 && tables.Class(points[k - 1]) > mark; k--)
                (points[k - 1], points[k]) = (points[k], points[k - 1]);
        }
        return points;
    }

    private static void Decompose(int point, bool compatibility, Tables tables, List<int> into)
    {
        var syllable = point - HangulFirst;
        if (syllable is >= 0 and < HangulSyllables)
        {
            into.Add(HangulLead + (syllable / (HangulVowels * HangulTrails)));
            into.Add(HangulVowel + (syllable / HangulTrails % HangulVowels));
            if (syllable % HangulTrails != 0)
                into.Add(HangulTrail + (syllable % HangulTrails));
        }
        else if (tables.Decompositions.TryGetValue(point, out var entry) && (compatibility || !entry.Compatibility))
        {
            foreach (var part in entry.Points)
                Decompose(part, compatibility, tables, into);
        }
        else
        {
            into.Add(point);
        }
    }

    private static List<int> ComposeAll(List<int> points)
    {
        var tables = s_tables.Value;
        var starter = -1;
        var lastClass = 0;
        var count = 0;
        for (var i = 0; i < points.Count; i++)
        {
            var point = points[i];
            var mark = tables.Class(point);
            // A mark reaches its base unless one of the same or a higher class stands between.
            if (starter >= 0 && (count == starter + 1 || lastClass < mark) && Join(points[starter], point, tables) is { } joined)
            {
                points[starter] = joined;
                continue;
            }
            if (mark == 0)
                starter = count;
            lastClass = mark;
            points[count++] = point;
        }
        points.RemoveRange(count, points.Count - count);
        return points;
    }

    private static int? Join(int first, int second, Tables tables)
    {
        var (lead, vowel) = (first - HangulLead, second - HangulVowel);
        if (lead is >= 0 and < 19 && vowel is >= 0 and < HangulVowels)
            return HangulFirst + (((lead * HangulVowels) + vowel) * HangulTrails);
        var (syllable, trail) = (first - HangulFirst, second - HangulTrail);
        if (syllable is >= 0 and < HangulSyllables && syllable % HangulTrails == 0 && trail is > 0 and < HangulTrails)
            return first + trail;
        return tables.Compositions.TryGetValue((first, second), out var joined) ? joined : null;
    }

    private static string ToText(List<int> points)
    {
        var text = new StringBuilder(points.Count);
        foreach (var point in points)
            text.Append(new Rune(point).ToString());
        return text.ToString();
    }

    private sealed class Tables
    {
        private readonly Dictionary<int, byte> _classes = [];

        public Dictionary<int, (int[] Points, bool Compatibility)> Decompositions { get; } = [];

        public Dictionary<(int, int), int> Compositions { get; } = [];

        public byte Class(int point) => _classes.GetValueOrDefault(point);

        public static Tables Load()
        {
            var tables = new Tables();
            foreach (var line in TextResources.ReadLines("unicode-decompositions.txt"))
            {
                var fields = line.Split(' ');
                if (fields[0] == "#")
                    continue;
                var point = Hexadecimal(fields[0]);
                if (fields[1] == "#")
                {
                    tables._classes.Add(point, byte.Parse(fields[2], CultureInfo.InvariantCulture));
                    continue;
                }
                int[] points = [.. fields.Skip(2).Select(Hexadecimal)];
                tables.Decompositions.Add(point, (points, fields[1] == "~"));
                if (fields[1] == "=")
                    tables.Compositions.Add((points[0], points[1]), point);
            }
            return tables;
        }

        private static int Hexadecimal(string field) => int.Parse(field, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
    }
}
