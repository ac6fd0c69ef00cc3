namespace Microsoft.ML.Avsr.Text;

/// <summary>Lower case and nothing else: how the reference scores (Llama-AVSR and Llama-SMoP test step).</summary>
public sealed class LowerCaseTranscriptNormalizer : ITranscriptNormalizer
{
    /// <inheritdoc/>
    public string Normalize(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TranscriptText.Lower(text);
    }
}
