namespace Microsoft.ML.Avsr.Text;

/// <summary>Brings transcripts to one form, before training or before an error rate is taken. Implementations are immutable and thread-safe.</summary>
public interface ITranscriptNormalizer
{
    /// <summary>Returns the normalised text.</summary>
    /// <param name="text">A transcript.</param>
    /// <exception cref="ArgumentNullException"><paramref name="text"/> is null.</exception>
    string Normalize(string text);
}
