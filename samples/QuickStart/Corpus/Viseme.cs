namespace QuickStart.Corpus;

/// <summary>What the mouth looks like, each from 0 (none) to about 1 (full).</summary>
/// <param name="Open">Gap between the lips.</param>
/// <param name="Width">Distance of the corners; 1 is at rest.</param>
/// <param name="Round">Lips pushed forward.</param>
/// <param name="UpperTeeth">Visible upper teeth.</param>
/// <param name="LowerTeeth">Visible lower teeth.</param>
/// <param name="Tongue">Tongue raised to the upper teeth.</param>
/// <param name="Press">Lips pressed together.</param>
/// <param name="Tuck">Lower lip against the upper teeth.</param>
internal readonly record struct Viseme(float Open, float Width, float Round = 0, float UpperTeeth = 0, float LowerTeeth = 0, float Tongue = 0, float Press = 0, float Tuck = 0)
{
    internal static readonly Viseme Rest = new(0.03f, 1f);

    private static readonly Dictionary<char, Viseme> s_vowels = new()
    {
        ['i'] = new(0.26f, 1.22f, UpperTeeth: 0.8f, LowerTeeth: 0.25f),
        ['I'] = new(0.34f, 1.12f, UpperTeeth: 0.7f),
        ['e'] = new(0.50f, 1.14f, UpperTeeth: 0.8f),
        ['E'] = new(0.55f, 1.08f, UpperTeeth: 0.7f),
        ['a'] = new(0.82f, 1.06f, UpperTeeth: 0.6f, LowerTeeth: 0.2f),
        ['A'] = new(0.95f, 0.92f, UpperTeeth: 0.3f),
        ['0'] = new(0.80f, 0.82f, Round: 0.35f, UpperTeeth: 0.2f),
        ['O'] = new(0.70f, 0.72f, Round: 0.60f),
        ['o'] = new(0.55f, 0.66f, Round: 0.75f),
        ['V'] = new(0.65f, 0.96f, UpperTeeth: 0.4f),
        ['3'] = new(0.42f, 0.80f, Round: 0.40f, UpperTeeth: 0.3f),
        ['@'] = new(0.40f, 0.96f, UpperTeeth: 0.4f),
        ['U'] = new(0.30f, 0.68f, Round: 0.70f),
        ['u'] = new(0.22f, 0.55f, Round: 0.95f),
    };

    private static readonly Dictionary<char, Viseme> s_consonants = new()
    {
        ['p'] = new(0f, 0.97f, Press: 1f),
        ['b'] = new(0f, 0.97f, Press: 1f),
        ['m'] = new(0f, 1.00f, Press: 0.9f),
        ['f'] = new(0.12f, 1.02f, UpperTeeth: 1f, Tuck: 1f),
        ['v'] = new(0.12f, 1.02f, UpperTeeth: 1f, Tuck: 0.9f),
        ['T'] = new(0.30f, 1.02f, UpperTeeth: 0.6f, Tongue: 1f),
        ['D'] = new(0.30f, 1.02f, UpperTeeth: 0.6f, Tongue: 1f),
        ['t'] = new(0.30f, 1.05f, UpperTeeth: 0.6f, Tongue: 0.60f),
        ['d'] = new(0.30f, 1.05f, UpperTeeth: 0.6f, Tongue: 0.60f),
        ['n'] = new(0.32f, 1.02f, UpperTeeth: 0.35f, Tongue: 0.70f),
        ['l'] = new(0.48f, 1.00f, UpperTeeth: 0.3f, Tongue: 0.85f),
        ['s'] = new(0.20f, 1.12f, UpperTeeth: 1f, LowerTeeth: 1f),
        ['z'] = new(0.20f, 1.12f, UpperTeeth: 1f, LowerTeeth: 1f),
        ['S'] = new(0.32f, 0.74f, Round: 0.6f, UpperTeeth: 1f, LowerTeeth: 1f),
        ['Z'] = new(0.32f, 0.74f, Round: 0.6f, UpperTeeth: 1f, LowerTeeth: 1f),
        ['r'] = new(0.24f, 0.78f, Round: 0.45f, UpperTeeth: 0.3f),
        ['w'] = new(0.10f, 0.48f, Round: 1f),
        ['k'] = new(0.36f, 0.98f, UpperTeeth: 0.3f),
        ['g'] = new(0.36f, 0.98f, UpperTeeth: 0.3f),
        ['N'] = new(0.36f, 0.98f, UpperTeeth: 0.3f),
        ['h'] = new(0.45f, 1.00f, UpperTeeth: 0.4f),
        ['j'] = new(0.24f, 1.12f, UpperTeeth: 0.7f),
    };

    /// <summary>The shapes that a phoneme passes through: one, or two for diphthongs and affricates; none where its mnemonic is a pause or unknown.</summary>
    internal static Viseme[] Of(string phoneme, out bool isVowel)
    {
        var name = phoneme.TrimStart('\'', ',', '%', '=', '|', '_');
        isVowel = false;
        if (name.Length == 0)
            return [];
        if (name is "tS" or "dZ")
            return [s_consonants['t'], s_consonants['S']];
        if (s_consonants.TryGetValue(name[0], out var consonant))
            return [consonant];
        if (!s_vowels.TryGetValue(name[0], out var vowel))
            return [];
        isVowel = true;
        // eI, aI, oU, aU, i@, o@: the second letter is where the glide ends. "aa", "i:" and the like stay.
        return name.Length > 1 && name[1] != name[0] && name[1] != '2' && s_vowels.TryGetValue(name[1], out var glide) ? [vowel, glide] : [vowel];
    }

    /// <summary>A mixture of two shapes.</summary>
    internal static Viseme Mix(in Viseme a, in Viseme b, float t) => Sum(a, 1 - t, b, t);

    /// <summary>Weighted sum, for smoothing.</summary>
    internal static Viseme Sum(in Viseme a, float x, in Viseme b, float y) => new(
        a.Open * x + b.Open * y, a.Width * x + b.Width * y, a.Round * x + b.Round * y, a.UpperTeeth * x + b.UpperTeeth * y,
        a.LowerTeeth * x + b.LowerTeeth * y, a.Tongue * x + b.Tongue * y, a.Press * x + b.Press * y, a.Tuck * x + b.Tuck * y);
}
