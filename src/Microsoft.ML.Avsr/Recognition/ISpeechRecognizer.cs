namespace Microsoft.ML.Avsr.Recognition;

/// <summary>A loaded model that turns clips into text. Implementations may be called from several threads.</summary>
public interface ISpeechRecognizer : IDisposable
{
    /// <summary>Transcribes clips. The result of a clip does not depend on the others in the batch.</summary>
    /// <param name="batch">The clips; a clip with neither stream gives <see cref="Transcription.Nothing"/>.</param>
    /// <param name="cancellationToken">Checked between tokens.</param>
    /// <returns>One answer per clip, in order.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    IReadOnlyList<Transcription> Transcribe(IReadOnlyList<SpeechInput> batch, CancellationToken cancellationToken = default);
}
