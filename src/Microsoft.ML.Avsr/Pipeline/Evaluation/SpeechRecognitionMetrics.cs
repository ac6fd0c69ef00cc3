using Microsoft.ML.Avsr.Text;

namespace Microsoft.ML.Avsr;

/// <summary>How well transcripts agree with what was said, over a whole data set.</summary>
public sealed class SpeechRecognitionMetrics
{
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

        public void Add(string reference, string hypothesis)
        {
            var words = ErrorRate.Words(reference, hypothesis);
            Words += words;
            Characters += ErrorRate.Characters(reference, hypothesis);
            Sentences++;
            if (words.Errors == 0)
                Exact++;
        }

        public SpeechRecognitionMetrics ToMetrics() => new(this);
    }
}
