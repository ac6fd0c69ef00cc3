using Microsoft.ML.Avsr.Text;

namespace Microsoft.ML.Avsr;

/// <summary>How well transcripts agree with what was said, over a whole data set.</summary>
public sealed class SpeechRecognitionMetrics
{
    private const int MostConfusions = 50;

    private SpeechRecognitionMetrics(Counter counter)
    {
        Sentences = counter.Sentences;
        WordErrorRate = counter.Words.Rate;
        CharacterErrorRate = counter.Characters.Rate;
        SentenceAccuracy = counter.Sentences == 0 ? 0 : (double)counter.Exact / counter.Sentences;
        Words = counter.Words.ReferenceLength;
        Substitutions = counter.Words.Substitutions;
        Insertions = counter.Words.Insertions;
        Deletions = counter.Words.Deletions;
        Characters = counter.Characters.ReferenceLength;
        CharacterErrors = counter.Characters.Errors;
        Confusions = [.. counter.Confusions.Select(pair => new WordConfusion(pair.Key.Said, pair.Key.Recognised, pair.Value))
            .OrderByDescending(confusion => confusion.Count).ThenBy(confusion => confusion.Said, StringComparer.Ordinal)
            .ThenBy(confusion => confusion.Recognised, StringComparer.Ordinal).Take(MostConfusions)];
        SentenceWords = [.. counter.PerSentence];
    }

    /// <summary>Word errors (substitutions, insertions and deletions) per word said: 0 is perfect, above 1 is possible.</summary>
    public double WordErrorRate { get; }

    /// <summary>Character errors per character said: 0 is perfect, above 1 is possible.</summary>
    public double CharacterErrorRate { get; }

    /// <summary>Share of sentences that are right to the last word, 0 to 1.</summary>
    public double SentenceAccuracy { get; }

    /// <summary>Sentences that were compared.</summary>
    public long Sentences { get; }

    /// <summary>Words that were said.</summary>
    public long Words { get; }

    /// <summary>Words that were recognised as another.</summary>
    public long Substitutions { get; }

    /// <summary>Words that were recognised but not said.</summary>
    public long Insertions { get; }

    /// <summary>Words that were said but not recognised.</summary>
    public long Deletions { get; }

    /// <summary>Characters that were said.</summary>
    public long Characters { get; }

    /// <summary>Character errors.</summary>
    public long CharacterErrors { get; }

    /// <summary>The most frequent word errors, at most 50, most frequent first.</summary>
    public IReadOnlyList<WordConfusion> Confusions { get; }

    /// <summary>Word errors of each sentence, in the data's order.</summary>
    internal IReadOnlyList<EditCounts> SentenceWords { get; }

    /// <summary>
    /// How far chance in the choice of sentences moves the word error rate: a bootstrap, which draws as many sentences with
    /// replacement, again and again.
    /// </summary>
    /// <param name="level">The probability that the interval is to hold, above 0 and below 1.</param>
    /// <param name="samples">Draws of the whole data. 100 to 1000000.</param>
    /// <param name="seed">Seed of the draws.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range.</exception>
    public ConfidenceInterval WordErrorRateInterval(double level = 0.95, int samples = 1000, int seed = 1)
    {
        OptionCheck.Require(level is > 0 and < 1, nameof(level), level, "must be above 0 and below 1.");
        OptionCheck.Range(samples, 100, 1_000_000, nameof(samples));
        if (SentenceWords.Count == 0)
            return new ConfidenceInterval(0, 0, level);
        var random = new Random(seed);
        var rates = new double[samples];
        for (var sample = 0; sample < samples; sample++)
        {
            long errors = 0, words = 0;
            for (var i = 0; i < SentenceWords.Count; i++)
            {
                var drawn = SentenceWords[random.Next(SentenceWords.Count)];
                errors += drawn.Errors;
                words += drawn.ReferenceLength;
            }
            rates[sample] = words == 0 ? 0 : (double)errors / words;
        }
        Array.Sort(rates);
        var tail = (1 - level) / 2;
        return new ConfidenceInterval(rates[(int)(tail * (samples - 1))], rates[(int)Math.Ceiling((1 - tail) * (samples - 1))], level);
    }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant(
        $"WER {100 * WordErrorRate:0.0} %, CER {100 * CharacterErrorRate:0.0} %, {Words} words: {Substitutions} substituted, {Insertions} inserted, {Deletions} deleted; {100 * SentenceAccuracy:0.0} % of {Sentences} sentences right");

    /// <summary>Adds sentences up.</summary>
    internal sealed class Counter
    {
        public long Sentences { get; private set; }
        public long Exact { get; private set; }
        public EditCounts Words { get; private set; }
        public EditCounts Characters { get; private set; }
        public List<EditCounts> PerSentence { get; } = [];
        public Dictionary<(string? Said, string? Recognised), long> Confusions { get; } = [];

        public void Add(string reference, string hypothesis)
        {
            var words = ErrorRate.Words(reference, hypothesis);
            Words += words;
            Characters += ErrorRate.Characters(reference, hypothesis);
            Sentences++;
            PerSentence.Add(words);
            if (words.Errors == 0)
            {
                Exact++;
                return;
            }
            foreach (var error in WordAlignment.Errors(reference, hypothesis))
                Confusions[error] = Confusions.GetValueOrDefault(error) + 1;
        }

        public SpeechRecognitionMetrics ToMetrics() => new(this);
    }
}
