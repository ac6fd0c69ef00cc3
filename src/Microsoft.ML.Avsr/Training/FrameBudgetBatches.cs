using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Training;

/// <summary>The reference's batches: as many clips of like length as fit a budget of frames (specification 8.3).</summary>
public static class FrameBudgetBatches
{
    /// <summary>Fills batches. Their composition is the same in every epoch; the reference shuffles their order only.</summary>
    /// <param name="lengths">Frames of each clip.</param>
    /// <param name="maxFrames">Most frames of a batch, true lengths added up; a longer clip is a batch of its own.</param>
    /// <param name="buckets">Length classes; the reference uses 400 for training and 1 for validation.</param>
    /// <param name="maxClips">Most clips of a batch, or <see langword="null"/> for no limit.</param>
    /// <returns>Indices of clips, batch by batch.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A limit or the number of buckets is below 1.</exception>
    public static IReadOnlyList<int[]> Fill(IReadOnlyList<int> lengths, int maxFrames, int buckets, int? maxClips = null)
    {
        ArgumentNullException.ThrowIfNull(lengths);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxFrames, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(buckets, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxClips ?? 1, 1);
        if (lengths.Count == 0)
            return [];
        var boundaries = Boundaries(lengths, buckets);
        var order = Enumerable.Range(0, lengths.Count)
            .OrderByDescending(i => lengths[i])
            .OrderBy(i => BucketOf(lengths[i], boundaries)); // both sorts are stable
        var batches = new List<int[]>();
        var batch = new List<int>();
        var frames = 0L;
        foreach (var clip in order)
        {
            if (batch.Count > 0 && (frames + lengths[clip] > maxFrames || batch.Count == maxClips))
            {
                batches.Add([.. batch]);
                batch.Clear();
                frames = 0;
            }
            batch.Add(clip);
            frames += lengths[clip];
        }
        batches.Add([.. batch]);
        return batches;
    }

    /// <summary>Upper edges of the length classes: evenly spaced from the shortest to the longest clip, in float32.</summary>
    /// <param name="lengths">Frames of each clip.</param>
    /// <param name="buckets">Length classes.</param>
    /// <returns>[buckets].</returns>
    public static float[] Boundaries(IReadOnlyList<int> lengths, int buckets)
    {
        using var scope = NewDisposeScope();
        return linspace(lengths.Min(), lengths.Max(), buckets, ScalarType.Float32).data<float>().ToArray();
    }

    private static int BucketOf(int length, float[] boundaries)
    {
        var place = Array.BinarySearch(boundaries, length);
        if (place < 0)
            return ~place;
        while (place > 0 && boundaries[place - 1] == length)
            place--; // equal edges: the first
        return place;
    }
}
