using System.Text;

namespace Microsoft.ML.Avsr.Text;

/// <summary>
/// Learns a byte-level byte-pair vocabulary from transcripts. Merges stay inside words (a word carries its leading space),
/// so frequent words end up as single tokens; the 256 bytes are always there, so that no text is out of vocabulary.
/// Same transcripts, same vocabulary: ties go to the ordinally smaller pair. Source: Sennrich et al. 2016, section 3.2, on bytes.
/// </summary>
public static class ByteLevelBpeTrainer
{
    /// <summary>Learns a vocabulary.</summary>
    /// <param name="transcripts">Training transcripts.</param>
    /// <param name="maxVocabulary">Largest number of tokens, the 256 bytes included. At least 256.</param>
    /// <param name="minFrequency">A pair seen fewer times than this is not merged. At least 1.</param>
    /// <exception cref="ArgumentNullException"><paramref name="transcripts"/> or one of them is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public static BpeVocabulary Train(IEnumerable<string> transcripts, int maxVocabulary = 512, int minFrequency = 2)
    {
        ArgumentNullException.ThrowIfNull(transcripts);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxVocabulary, 256);
        ArgumentOutOfRangeException.ThrowIfLessThan(minFrequency, 1);

        var tokens = new List<string>(maxVocabulary);
        for (var value = 0; value < 256; value++)
            tokens.Add(ByteAlphabet.ToCharacter((byte)value).ToString());
        var ids = tokens.Select((token, id) => (token, id)).ToDictionary(pair => pair.token, pair => pair.id, StringComparer.Ordinal);
        var merges = new List<string>();
        var merged = new HashSet<(int, int)>();
        var words = CountWords(transcripts);
        var pairs = CountPairs(words);

        while (tokens.Count < maxVocabulary && Best(pairs, tokens) is var (best, frequency) && frequency >= minFrequency)
        {
            var union = tokens[best.Left] + tokens[best.Right];
            // Two different merges may build the same token (a+bc, ab+c): it keeps its first id.
            if (!ids.TryGetValue(union, out var id))
            {
                id = tokens.Count;
                ids.Add(union, id);
                tokens.Add(union);
            }
            // A pair can come back when another merge rebuilds one of its parts; its rank stays the first one.
            if (merged.Add(best))
                merges.Add($"{tokens[best.Left]} {tokens[best.Right]}");
            foreach (var word in pairs[best].Words.ToArray())
                Apply(words[word], word, best, id, pairs);
            pairs.Remove(best);
        }
        return new BpeVocabulary(tokens, merges);
    }

    private static List<Word> CountWords(IEnumerable<string> transcripts)
    {
        var splitter = ByteLevelPatterns.WordSplitter();
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var transcript in transcripts)
        {
            ArgumentNullException.ThrowIfNull(transcript, nameof(transcripts));
            // As in encoding, a leading space gives a word one form, wherever it stands.
            var text = " " + transcript;
            foreach (var (offset, length) in splitter.PreTokenize(text))
            {
                var word = text.Substring(offset, length);
                counts[word] = counts.GetValueOrDefault(word) + 1;
            }
        }
        return [.. counts.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => new Word([.. Encoding.UTF8.GetBytes(pair.Key).Select(value => (int)value)], pair.Value))];
    }

    private static Dictionary<(int Left, int Right), Pair> CountPairs(List<Word> words)
    {
        var pairs = new Dictionary<(int, int), Pair>();
        for (var w = 0; w < words.Count; w++)
            Count(words[w], w, +1, pairs);
        return pairs;
    }

    private static void Count(Word word, int index, int sign, Dictionary<(int, int), Pair> pairs)
    {
        for (var i = 0; i + 1 < word.Symbols.Count; i++)
        {
            var key = (word.Symbols[i], word.Symbols[i + 1]);
            if (!pairs.TryGetValue(key, out var pair))
                pairs.Add(key, pair = new Pair());
            pair.Frequency += sign * (long)word.Frequency;
            if (sign > 0)
                pair.Words.Add(index);
        }
    }

    private static ((int Left, int Right) Key, long Frequency)? Best(Dictionary<(int Left, int Right), Pair> pairs, List<string> tokens)
    {
        ((int Left, int Right) Key, long Frequency)? best = null;
        foreach (var (key, pair) in pairs)
        {
            if (best is not { } leader || pair.Frequency > leader.Frequency || (pair.Frequency == leader.Frequency && Before(key, leader.Key)))
                best = (key, pair.Frequency);
        }
        return best;

        bool Before((int Left, int Right) a, (int Left, int Right) b)
        {
            var left = string.CompareOrdinal(tokens[a.Left], tokens[b.Left]);
            return left != 0 ? left < 0 : string.CompareOrdinal(tokens[a.Right], tokens[b.Right]) < 0;
        }
    }

    private static void Apply(Word word, int index, (int Left, int Right) merge, int id, Dictionary<(int, int), Pair> pairs)
    {
        Count(word, index, -1, pairs);
        for (var i = 0; i + 1 < word.Symbols.Count; i++)
        {
            if (word.Symbols[i] == merge.Left && word.Symbols[i + 1] == merge.Right)
            {
                word.Symbols[i] = id;
                word.Symbols.RemoveAt(i + 1);
            }
        }
        Count(word, index, +1, pairs);
    }

    private sealed record Word(List<int> Symbols, int Frequency);

    private sealed class Pair
    {
        public long Frequency { get; set; }

        public HashSet<int> Words { get; } = [];
    }
}
