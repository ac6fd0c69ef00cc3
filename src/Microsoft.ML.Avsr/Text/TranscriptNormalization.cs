namespace Microsoft.ML.Avsr.Text;

/// <summary>Which normaliser to use, by name.</summary>
public enum TranscriptNormalization
{
    /// <summary>Leaves transcripts as they are: <see cref="IdentityNormalizer"/>.</summary>
    None,

    /// <summary>Lower case only, as the reference scores: <see cref="LowerCaseTranscriptNormalizer"/>.</summary>
    LowerCase,

    /// <summary>Any language, as Whisper does: <see cref="BasicTranscriptNormalizer"/>.</summary>
    Basic,

    /// <summary>English, as Whisper does: <see cref="EnglishTranscriptNormalizer"/>.</summary>
    English,
}
