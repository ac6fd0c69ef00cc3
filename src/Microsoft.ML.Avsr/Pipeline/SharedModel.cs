using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;

namespace Microsoft.ML.Avsr;

/// <summary>A recogniser that several transformers use; the last one to let go disposes it.</summary>
internal sealed class SharedModel
{
    private readonly ISpeechRecognizer _recognizer;
    private readonly Action<Stream>? _save;
    private readonly Func<IReadOnlyList<ModelPartSize>>? _sizes;
    private readonly Lock _lock = new();
    private int _users = 1;

    /// <summary>Takes over a recogniser; the caller is its first user.</summary>
    /// <param name="recognizer">The recogniser.</param>
    /// <param name="supported">The streams that it uses.</param>
    /// <param name="save">Writes it; null where it cannot be saved.</param>
    /// <param name="sizes">Says what its parts take; null where that is not known.</param>
    public SharedModel(ISpeechRecognizer recognizer, Modality supported, Action<Stream>? save, Func<IReadOnlyList<ModelPartSize>>? sizes = null)
    {
        _sizes = sizes;
        _recognizer = recognizer;
        _save = save;
        Supported = supported;
    }

    public Modality Supported { get; }

    public ISpeechRecognizer Recognizer
    {
        get
        {
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _users) == 0, typeof(AvsrTransformer));
            return _recognizer;
        }
    }

    /// <summary>What the parts of the model take.</summary>
    public IReadOnlyList<ModelPartSize> Sizes()
    {
        _ = Recognizer;
        return _sizes?.Invoke() ?? [];
    }

    /// <summary>Writes the model's bytes.</summary>
    /// <exception cref="InvalidOperationException">The recogniser cannot be saved.</exception>
    public void Save(Stream stream)
    {
        _ = Recognizer;
        (_save ?? throw new InvalidOperationException("This recogniser was not made by training or loading, so it cannot be saved."))(stream);
    }

    /// <summary>One user more.</summary>
    public SharedModel Share()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_users == 0, typeof(AvsrTransformer));
            _users++;
        }
        return this;
    }

    /// <summary>One user less.</summary>
    public void Release()
    {
        lock (_lock)
        {
            if (_users == 0 || --_users > 0)
                return;
        }
        _recognizer.Dispose();
    }
}
