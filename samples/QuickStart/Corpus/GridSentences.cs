namespace QuickStart.Corpus;

/// <summary>Sentences of the GRID grammar: command, colour, preposition, letter, digit, adverb (Cooke et al., JASA 2006).</summary>
internal static class GridSentences
{
    private static readonly string[][] s_slots =
    [
        ["bin", "lay", "place", "set"],
        ["blue", "green", "red", "white"],
        ["at", "by", "in", "with"],
        [.. "abcdefghijklmnopqrstuvxyz".Select(c => c.ToString())], // w is left out: its name has more than one syllable
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
        ["again", "now", "please", "soon"],
    ];

    /// <summary>Draws distinct sentences in which the words of each slot are equally frequent.</summary>
    internal static List<string> Draw(int count, Random random)
    {
        var seen = new HashSet<string>();
        var result = new List<string>(count);
        var decks = s_slots.Select(_ => new Queue<string>()).ToArray();
        while (result.Count < count)
        {
            var words = new string[s_slots.Length];
            for (var s = 0; s < words.Length; s++)
            {
                if (decks[s].Count == 0)
                {
                    var deck = s_slots[s].ToArray();
                    random.Shuffle(deck);
                    decks[s] = new Queue<string>(deck);
                }
                words[s] = decks[s].Dequeue();
            }
            var sentence = string.Join(' ', words);
            if (seen.Add(sentence))
                result.Add(sentence);
        }
        return result;
    }
}
