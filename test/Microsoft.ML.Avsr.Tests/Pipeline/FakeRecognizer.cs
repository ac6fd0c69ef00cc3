using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;

namespace Microsoft.ML.Avsr.Tests.Pipeline;

/// <summary>Answers with what it was given, and counts.</summary>
internal sealed class FakeRecognizer : ISpeechRecognizer
{
    private int _calls;
    private int _clips;

    public int Calls => _calls;
    public int Clips => _clips;
    public bool Disposed { get; private set; }

    public IReadOnlyList<Transcription> Transcribe(IReadOnlyList<SpeechInput> batch, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(Disposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        Interlocked.Increment(ref _calls);
        Interlocked.Add(ref _clips, batch.Count);
        return [.. batch.Select(input => input.Available == Modality.None
            ? Transcription.Nothing
            : new Transcription($"{input.Audio?.Samples.Length ?? 0} samples {input.Video?.Frames ?? 0} frames", 0.5f, input.Available, []))];
    }

    public void Dispose() => Disposed = true;
}
