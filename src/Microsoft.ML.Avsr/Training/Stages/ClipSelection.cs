using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Training;

/// <summary>What several stages do with clips.</summary>
internal static class ClipSelection
{
    /// <summary>Indices of the clips that have a stream.</summary>
    public static int[] With(IReadOnlyList<TrainingExample> examples, Modality modality) =>
        [.. Enumerable.Range(0, examples.Count).Where(i => examples[i].Input.Available.HasFlag(modality))];

    /// <summary>Noise from the voices of all clips.</summary>
    public static AudioAugmenter Augmenter(RunContext run) =>
        new([.. With(run.Examples, Modality.Audio).Select(i => run.Examples[i].Input.Audio!.Samples)], run.Options, NoiseLibrary.Read(run.Options.NoisePaths));

    /// <summary>A padded batch of varied mouth crops, each clip by its own source of randomness or by one for all. Varied at once, without tensors.</summary>
    /// <returns>
    /// What makes the tensors: frames [batch, 1, time, 88, 88] and the real frames [batch, time] bool, or null when nothing is padded. And for each clip the
    /// frame of its own that each of its varied frames shows.
    /// </returns>
    public static (Func<(Tensor Frames, Tensor? Valid)> Tensors, IReadOnlyList<int>[] Orders) VariedVideo(
        RunContext run, IReadOnlyList<int> clips, Func<int, Random> streams)
    {
        var orders = new IReadOnlyList<int>[clips.Count];
        var lengths = new long[clips.Count];
        var varied = new byte[clips.Count][];
        for (var b = 0; b < clips.Count; b++)
        {
            varied[b] = VideoAugmenter.Vary(run.Examples[clips[b]].Input.Video!, streams(clips[b]), out orders[b], run.Options);
            lengths[b] = orders[b].Count;
        }
        var longest = lengths.Max();
        const int Frame = SpeechFrontEnd.FrameSize * SpeechFrontEnd.FrameSize;
        var pixels = new byte[clips.Count * longest * Frame]; // [batch, time, 88, 88]
        for (var b = 0; b < clips.Count; b++)
            varied[b].CopyTo(pixels, b * longest * Frame);
        var count = clips.Count;
        return (() => SpeechFrontEnd.Normalize(pixels, count, longest, lengths), orders);
    }
}
