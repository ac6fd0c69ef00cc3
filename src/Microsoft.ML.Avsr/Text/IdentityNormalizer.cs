namespace Microsoft.ML.Avsr.Text;

/// <summary>Leaves transcripts as they are.</summary>
public sealed class IdentityNormalizer : ITranscriptNormalizer
{
    /// <inheritdoc/>
    public string Normalize(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text;
    }
}
