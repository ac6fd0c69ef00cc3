using Microsoft.ML.Avsr.Features;
using Microsoft.ML.Avsr.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr;

/// <summary>A pretrained encoder that turns clips into features. Thread-safe; one computation runs at a time, on all cores.</summary>
/// <typeparam name="TClip">What it encodes.</typeparam>
internal abstract class FrozenEncoder<TClip> : IDisposable where TClip : class
{
    private readonly Lock _gate = new();
    private bool _disposed;

    /// <summary>Clips that were encoded so far.</summary>
    public long Encoded { get; private set; }

    /// <summary>Encodes clips together; one that is null or cannot be encoded gives null.</summary>
    public FeatureSequence?[] Encode(IReadOnlyList<TClip?> given)
    {
        var clips = given.Select(clip => clip is null ? null : Convert(clip)).ToArray();
        var results = new FeatureSequence?[clips.Length];
        var usable = Enumerable.Range(0, clips.Length).Where(i => clips[i] is { } clip && CanEncode(clip)).ToArray();
        if (usable.Length == 0)
            return results;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, GetType());
            using var inference = inference_mode();
            using var scope = NewDisposeScope();
            var encoded = Run([.. usable.Select(i => clips[i]!)]);
            var lengths = encoded.Lengths();
            var features = encoded.Features.cpu().to_type(ScalarType.Float32).contiguous(); // [batch, time, width]
            var (time, width) = ((int)features.size(1), (int)features.size(2));
            using var accessor = features.data<float>();
            var all = accessor.ToArray();
            for (var b = 0; b < usable.Length; b++)
                results[usable[b]] = new FeatureSequence(all.AsSpan(b * time * width, (int)lengths[b] * width).ToArray(), (int)lengths[b], width);
            Encoded += usable.Length;
        }
        return results;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
                return;
            _disposed = true;
            Release();
        }
    }

    /// <summary>Brings a clip to the pace that the encoder takes.</summary>
    protected virtual TClip Convert(TClip clip) => clip;

    protected abstract bool CanEncode(TClip clip);

    /// <summary>Features [batch, time, width] of clips that can be encoded.</summary>
    protected abstract EncodedSequence Run(IReadOnlyList<TClip> clips);

    protected abstract void Release();
}
