namespace Microsoft.ML.Avsr.Text;

/// <summary>Makes normalisers by name.</summary>
public static class TranscriptNormalizers
{
    /// <summary>Makes a normaliser.</summary>
    /// <param name="kind">Its name.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="kind"/> is none of the names.</exception>
    public static ITranscriptNormalizer Create(TranscriptNormalization kind) => kind switch
    {
        TranscriptNormalization.None => new IdentityNormalizer(),
        TranscriptNormalization.LowerCase => new LowerCaseTranscriptNormalizer(),
        TranscriptNormalization.Basic => new BasicTranscriptNormalizer(),
        TranscriptNormalization.English => new EnglishTranscriptNormalizer(),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "A transcript normalisation must be None, LowerCase, Basic or English."),
    };
}
