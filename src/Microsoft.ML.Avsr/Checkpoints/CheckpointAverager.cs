using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>
/// Averages the weights of several checkpoints of one training run, as the reference does before it publishes a model: sums in the
/// stored element type, division, whole numbers rounded down. Tensors are averaged by name, so tied weights come out right.
/// </summary>
public static class CheckpointAverager
{
    /// <summary>Averages checkpoints.</summary>
    /// <param name="sources">The checkpoints, all with the same tensors.</param>
    /// <param name="rename">Selects and renames tensors, for example <see cref="CheckpointNames.LightningModel"/>; null takes all as they are.</param>
    /// <returns>New CPU tensors by name, owned by the caller.</returns>
    /// <exception cref="ArgumentException">No source was given.</exception>
    /// <exception cref="CheckpointException">A tensor is missing in one of the sources or has another shape or type there.</exception>
    public static IReadOnlyDictionary<string, Tensor> Average(IReadOnlyList<ITensorSource> sources, Func<string, string?>? rename = null)
    {
        ArgumentNullException.ThrowIfNull(sources);
        if (sources.Count == 0)
            throw new ArgumentException("At least one checkpoint is needed.", nameof(sources));
        var views = sources.Select(source => rename is null ? source : source.Rename(rename, leaveOpen: true)).ToArray();
        CheckSame(views);
        var result = new SortedDictionary<string, Tensor>(StringComparer.Ordinal);
        using var noGrad = no_grad();
        foreach (var entry in views[0].Entries.Values)
            result.Add(entry.Name, Average(views, entry));
        return result;
    }

    private static Tensor Average(ITensorSource[] sources, TensorEntry entry)
    {
        var sum = sources[0].Read(entry.Name); // the entry's shape
        foreach (var source in sources.AsSpan(1))
        {
            using var next = source.Read(entry.Name);
            sum.add_(next);
        }
        if (sources.Length == 1 || entry.DType == ScalarType.Bool)
            return sum;
        using var count = tensor((long)sources.Length);
        using (sum)
        {
            using var divided = div(sum, count, ScalarTypes.IsIntegral(entry.DType) ? RoundingMode.floor : RoundingMode.None);
            return divided.to_type(entry.DType, copy: true);
        }
    }

    private static void CheckSame(ITensorSource[] views)
    {
        foreach (var view in views.AsSpan(1))
        {
            foreach (var entry in views[0].Entries.Values)
            {
                var other = view.Find(entry.Name);
                if (other.DType != entry.DType || !other.Shape.AsSpan().SequenceEqual(entry.Shape))
                    throw new CheckpointException(view.Location, entry.Name, $"is {other.Describe()}, but {entry.Describe()} in '{views[0].Location}'");
            }
            if (view.Entries.Count != views[0].Entries.Count)
            {
                var extra = view.Entries.Keys.First(name => !views[0].Entries.ContainsKey(name));
                throw new CheckpointException(view.Location, extra, $"is not in '{views[0].Location}'");
            }
        }
    }
}
