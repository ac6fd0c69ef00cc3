using Microsoft.ML.Avsr.Checkpoints;
using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr;

/// <summary>The encoder of an AV-HuBERT file, given frames only.</summary>
internal sealed class AvHubertFeatureEncoder : FrozenEncoder<VideoClip>
{
    private readonly AvHubertEncoder _encoder;
    private readonly Device _device;

    /// <summary>Loads the encoder.</summary>
    /// <param name="path">The file.</param>
    /// <param name="device">Where it computes; null is the CPU.</param>
    /// <exception cref="CheckpointException">The weights cannot be read.</exception>
    public AvHubertFeatureEncoder(string path, Device? device = null)
    {
        using var checkpoint = AvHubertCheckpoint.Open(path);
        _encoder = AvHubertFactory.FromCheckpoint(checkpoint);
        _device = device ?? CPU;
        _encoder.to(_device);
    }

    protected override bool CanEncode(VideoClip clip) => clip is { Frames: > 0, Height: SpeechFrontEnd.CropSize, Width: SpeechFrontEnd.CropSize };

    protected override VideoClip Convert(VideoClip clip) => ClipConversion.Convert(clip)!;

    protected override EncodedSequence Run(IReadOnlyList<VideoClip> clips)
    {
        var (frames, valid) = SpeechFrontEnd.VideoBatch(clips);
        return _encoder.call(null, frames.to(_device), valid?.to(_device));
    }

    protected override void Release() => _encoder.Dispose();
}
