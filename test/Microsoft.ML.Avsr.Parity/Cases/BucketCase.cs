using Microsoft.ML.Avsr.Training;

namespace Microsoft.ML.Avsr.Parity.Cases;

/// <summary>Batches by a budget of frames: <c>08_bucket_sampler</c>.</summary>
internal sealed class BucketCase : ICaseCategory
{
    public bool Handles(CaseFolder folder) => folder.Category.StartsWith("08_bucket_sampler", StringComparison.Ordinal);

    public void Run(CaseFolder folder, CaseCheck check)
    {
        var number = 0;
        foreach (var set in folder.Root.GetProperty("sets").EnumerateArray())
        {
            var lengths = set.GetProperty("lengths").Integers();
            var buckets = set.Integer("num_buckets");
            check.Numeric($"set {number} boundaries", set.GetProperty("boundaries").Numbers(),
                [.. FrameBudgetBatches.Boundaries(lengths, buckets).Select(b => (double)b)], Tolerance.Exact);
            var batches = FrameBudgetBatches.Fill(lengths, set.Integer("max_frames"), buckets, set.Find("batch_size")?.GetInt32());
            var expected = set.GetProperty("batches").EnumerateArray().Select(b => b.Integers()).ToArray();
            check.Same($"set {number}: batches", expected.Length, batches.Count);
            for (var i = 0; i < Math.Min(expected.Length, batches.Count); i++)
                check.Sequence($"set {number}[{i}]", expected[i], batches[i]);
            number++;
        }
    }
}
