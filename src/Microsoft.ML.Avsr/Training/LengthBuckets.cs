namespace Microsoft.ML.Avsr.Training;

/// <summary>Batches of clips of similar length, so that little is padded.</summary>
internal static class LengthBuckets
{
    /// <summary>Draws the batches of one epoch: every item exactly once, neighbours in length together, batch order shuffled.</summary>
    /// <param name="lengths">Length of each item.</param>
    /// <param name="batchSize">Most items in a batch.</param>
    /// <param name="random">The source of order.</param>
    public static List<int[]> Epoch(IReadOnlyList<int> lengths, int batchSize, Random random)
    {
        var order = new int[lengths.Count];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;
        random.Shuffle(order);
        // A stable sort by coarse length keeps the shuffle inside a bucket: batches differ from epoch to epoch.
        var longest = Math.Max(1, lengths.Count == 0 ? 1 : lengths.Max());
        var width = Math.Max(1, longest / 20);
        var sorted = order.OrderBy(i => lengths[i] / width).ToArray();
        var batches = sorted.Chunk(batchSize).ToList();
        var shuffled = batches.ToArray();
        random.Shuffle(shuffled);
        return [.. shuffled];
    }
}
