using Microsoft.ML.Avsr.Features;
using Microsoft.ML.Avsr.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Recognition;

/// <summary>Turns clips into the encoders' padded input tensors. Immutable; safe for several threads.</summary>
internal sealed class SpeechFrontEnd(AvsrModelConfig config)
{
    /// <summary>Sample rate of all audio, in hertz.</summary>
    public const int SampleRate = 16_000;

    /// <summary>Side of a mouth crop, in pixels.</summary>
    public const int CropSize = 96;

    /// <summary>Side of what the encoder sees of a crop, in pixels.</summary>
    public const int FrameSize = 88;

    /// <summary>Shortest audio worth encoding: one analysis window of 25 ms, in samples.</summary>
    public const int MinimumSamples = 400;

    private const int ThirtySeconds = 30 * SampleRate;
    private readonly LogMelSpectrogram? _logMel = config.AudioEncoder is { } audio ? new LogMelSpectrogram(audio.MelBins) : null;

    /// <summary>Log-mel of one waveform.</summary>
    /// <param name="samples">Mono samples at 16 kHz.</param>
    /// <returns>[mels, frames], float32, 100 frames per second.</returns>
    public Tensor LogMel(ReadOnlySpan<float> samples)
    {
        Interruption.Check();
        return _logMel!.Compute(samples, config.StandardizeWaveform, config.PadAudioTo30Seconds ? ThirtySeconds : null);
    }

    /// <summary>What the model's audio encoder takes of several waveforms, padded with zeros on the right.</summary>
    /// <param name="waveforms">Mono samples at 16 kHz.</param>
    /// <param name="videoFrames">Frames of each clip's video, to which AV-HuBERT's rows are cut or filled; <see langword="null"/> without video.</param>
    /// <returns>
    /// Log-mel [batch, mels, frames], or log-filterbank rows [batch, frames, 104] where AV-HuBERT hears, and the real frames
    /// [batch, frames] bool, or <see langword="null"/> when nothing is padded. Of audio padded to 30 s the clip's own frames are the real ones.
    /// </returns>
    public (Tensor Features, Tensor? Valid) AudioBatch(IReadOnlyList<ReadOnlyMemory<float>> waveforms, IReadOnlyList<int>? videoFrames = null)
    {
        using var scope = NewDisposeScope();
        if (config.AvHubertStreams != AvHubertStreams.Video)
        {
            var rows = waveforms.Select((w, i) => FilterbankRows(w.Span, videoFrames?[i]).t()).ToArray(); // each [104, frames]
            var (batch, real) = PadTime(rows); // [batch, 104, frames]
            return (batch.transpose(1, 2).contiguous().MoveToOuterDisposeScope(), real?.MoveToOuterDisposeScope());
        }
        var mels = waveforms.Select(w => LogMel(w.Span)).ToArray(); // each [mels, frames]
        var (mel, valid) = PadTime(mels);
        if (config.PadAudioTo30Seconds)
        {
            var isSingle = config.Compatibility.HasFlag(ReferenceCompatibility.SinglePrecisionFrames);
            var kept = waveforms.Select(w => Math.Min(2 * WhisperEncoder.ReferenceFrames(w.Length, isSingle), mel.size(2))).ToArray();
            valid = ValidMask(kept, mel.size(2)); // [batch, frames]
        }
        return (mel.MoveToOuterDisposeScope(), valid?.MoveToOuterDisposeScope());
    }

    /// <summary>AV-HuBERT's audio rows; with video, the waveform is first cut or filled with silence to 640 samples per frame (specification 4.2).</summary>
    private static Tensor FilterbankRows(ReadOnlySpan<float> samples, int? videoFrames)
    {
        const int SamplesPerFrame = SampleRate / 25;
        if (videoFrames is not { } frames || samples.Length == frames * SamplesPerFrame)
            return LogFilterbank.ComputeRows(samples, videoFrames);
        var aligned = new float[frames * SamplesPerFrame];
        samples[..Math.Min(samples.Length, aligned.Length)].CopyTo(aligned);
        return LogFilterbank.ComputeRows(aligned, frames);
    }

    /// <summary>Stacks sequences that end in a time axis, padding that axis with zeros.</summary>
    /// <param name="items">Each [channels, time].</param>
    /// <returns>[batch, channels, time] and the real times [batch, time] bool, or <see langword="null"/> when all are equally long.</returns>
    public static (Tensor Batch, Tensor? Valid) PadTime(IReadOnlyList<Tensor> items)
    {
        var lengths = items.Select(m => m.size(1)).ToArray();
        var longest = lengths.Max();
        if (lengths.All(l => l == longest))
            return (stack(items), null);
        var batch = zeros(items.Count, items[0].size(0), longest, dtype: items[0].dtype); // [batch, channels, time]
        for (var b = 0; b < items.Count; b++)
            batch[b].narrow(1, 0, lengths[b]).copy_(items[b]);
        return (batch, ValidMask(lengths, longest));
    }

    /// <summary>Mouth crops of several clips, centre-cropped, normalised, padded with zeros on the right.</summary>
    /// <param name="clips">Grey crops of 96 x 96.</param>
    /// <returns>Frames [batch, 1, time, 88, 88] and the real frames [batch, time] bool, or <see langword="null"/> when nothing is padded.</returns>
    public static (Tensor Frames, Tensor? Valid) VideoBatch(IReadOnlyList<Media.VideoClip> clips)
    {
        var lengths = clips.Select(c => (long)c.Frames).ToArray();
        var longest = lengths.Max();
        var pixels = new byte[clips.Count * longest * FrameSize * FrameSize]; // [batch, time, 88, 88]
        const int Margin = (CropSize - FrameSize) / 2;
        for (var b = 0; b < clips.Count; b++)
        {
            Interruption.Check();
            var source = clips[b].Pixels.Span;
            for (var t = 0; t < clips[b].Frames; t++)
                FrameCopy.Crop(source.Slice(t * CropSize * CropSize, CropSize * CropSize), Margin, Margin, flip: false,
                    pixels.AsSpan((int)((b * longest + t) * FrameSize * FrameSize), FrameSize * FrameSize));
        }
        return Normalize(pixels, clips.Count, longest, lengths);
    }

    /// <summary>Turns grey bytes into the encoder's input: (x / 255 - 0.421) / 0.165 (spec of the reference: section 9), padding exactly zero.</summary>
    /// <param name="pixels">[batch, time, 88, 88].</param>
    /// <param name="batch">Clips.</param>
    /// <param name="time">Frames of the longest clip.</param>
    /// <param name="lengths">Real frames of each clip.</param>
    /// <returns>Frames [batch, 1, time, 88, 88] and the real frames [batch, time] bool, or <see langword="null"/> when nothing is padded.</returns>
    public static (Tensor Frames, Tensor? Valid) Normalize(byte[] pixels, int batch, long time, long[] lengths)
    {
        using var scope = NewDisposeScope();
        var raw = tensor(pixels, [batch * time, FrameSize, FrameSize]); // [batch * time, 88, 88] uint8
        var frames = FrameNormalizer.Normalize(raw, 0, 0).view(batch, 1, time, FrameSize, FrameSize); // float32
        if (lengths.All(l => l == time))
            return (frames.MoveToOuterDisposeScope(), null);
        var valid = ValidMask(lengths, time); // [batch, time]
        var mask = valid.view(batch, 1, time, 1, 1);
        frames = frames.mul_(mask);
        return (frames.MoveToOuterDisposeScope(), valid.MoveToOuterDisposeScope());
    }

    /// <summary>Features of several clips, padded with zeros on the right.</summary>
    /// <param name="sequences">Each [time, width], of one width.</param>
    /// <returns>[batch, time, width].</returns>
    public static EncodedSequence FeatureBatch(IReadOnlyList<FeatureSequence> sequences)
    {
        var (longest, width) = (sequences.Max(s => s.Time), sequences[0].Width);
        var values = new float[checked(sequences.Count * longest * width)]; // [batch, time, width]
        for (var b = 0; b < sequences.Count; b++)
            sequences[b].Values.CopyTo(values.AsMemory(b * longest * width));
        var valid = sequences.All(s => s.Time == longest) ? null : ValidMask([.. sequences.Select(s => (long)s.Time)], longest);
        return new EncodedSequence(tensor(values, [sequences.Count, longest, width]), valid);
    }

    /// <summary>The mask of real positions.</summary>
    /// <param name="lengths">Real length of each row.</param>
    /// <param name="longest">Padded length.</param>
    /// <returns>[batch, longest] bool.</returns>
    public static Tensor ValidMask(IReadOnlyList<long> lengths, long longest)
    {
        var mask = new bool[lengths.Count * longest];
        for (var b = 0; b < lengths.Count; b++)
            Array.Fill(mask, true, (int)(b * longest), (int)lengths[b]);
        return tensor(mask, [lengths.Count, longest]);
    }
}
