using Microsoft.ML.Avsr.Modeling;

namespace Microsoft.ML.Avsr.Recognition;

/// <summary>The recogniser's answer for one clip.</summary>
/// <param name="Text">What was said; empty where nothing could be recognised.</param>
/// <param name="Confidence">Geometric mean of the probabilities of the chosen tokens, end token included: 0 to 1. 0 where nothing was recognised.</param>
/// <param name="Modality">The streams that were used.</param>
/// <param name="TokenIds">The tokens of <paramref name="Text"/>, without special tokens.</param>
public sealed record Transcription(string Text, float Confidence, Modality Modality, IReadOnlyList<int> TokenIds)
{
    /// <summary>Further hypotheses, best first; filled where <see cref="DecodingOptions.Alternatives"/> asks for more than one.</summary>
    public IReadOnlyList<TranscriptAlternative> Alternatives { get; init; } = [];

    /// <summary>The answer for a clip with neither sound nor picture.</summary>
    public static Transcription Nothing { get; } = new("", 0, Modality.None, []);
}
