using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.ML.Avsr.Features;
using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr;

/// <summary>The encoder of a Whisper folder.</summary>
internal sealed class WhisperFeatureEncoder : FrozenEncoder<AudioClip>
{
    private readonly WhisperEncoder _encoder;
    private readonly LogMelSpectrogram _logMel;
    private readonly bool _pad;
    private readonly Device _device;

    /// <summary>Loads the encoder.</summary>
    /// <param name="folder">The folder, in Hugging Face's layout.</param>
    /// <param name="padTo30Seconds">Whether clips are padded to 30 s, as Whisper was trained.</param>
    /// <param name="device">Where it computes; null is the CPU.</param>
    /// <exception cref="CheckpointException">The weights cannot be read.</exception>
    public WhisperFeatureEncoder(string folder, bool padTo30Seconds, Device? device = null)
    {
        using var opened = HuggingFaceFolder.Open(folder);
        _encoder = WhisperEncoderFactory.FromHuggingFace(opened);
        _device = device ?? CPU;
        _encoder.to(_device);
        _logMel = new LogMelSpectrogram(_encoder.Config.MelBins);
        _pad = padTo30Seconds;
    }

    protected override bool CanEncode(AudioClip clip) => clip.Samples.Length >= SpeechFrontEnd.MinimumSamples
        && (_pad || _encoder.Config.MaxPositions >= (clip.Samples.Length / LogMelSpectrogram.HopSamples + 1) / 2);

    protected override AudioClip Convert(AudioClip clip) => ClipConversion.Convert(clip)!;

    protected override EncodedSequence Run(IReadOnlyList<AudioClip> clips)
    {
        var mels = clips.Select(clip => _logMel.Compute(clip.Samples.Span, padToSamples: _pad ? LogMelSpectrogram.ThirtySeconds : null)).ToArray(); // each [mels, frames]
        var (mel, valid) = SpeechFrontEnd.PadTime(mels);
        var encoded = _encoder.call(mel.to(_device), valid?.to(_device));
        return _pad ? encoded.Keep([.. clips.Select(clip => Math.Min(WhisperEncoder.ReferenceFrames(clip.Samples.Length), encoded.Features.size(1)))]) : encoded;
    }

    protected override void Release()
    {
        _encoder.Dispose();
        _logMel.Dispose();
    }
}
