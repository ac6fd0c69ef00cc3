namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>What every tensor source can do besides reading.</summary>
public static class TensorSourceExtensions
{
    /// <summary>Finds a tensor's description, or says which names the source has.</summary>
    /// <param name="source">The weights.</param>
    /// <param name="name">Key of the tensor.</param>
    /// <returns>The entry.</returns>
    /// <exception cref="CheckpointException">There is no tensor of that name; near names are listed.</exception>
    public static TensorEntry Find(this ITensorSource source, string name)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(name);
        if (source.Entries.TryGetValue(name, out var entry))
            return entry;
        var last = name[(name.LastIndexOf('.') + 1)..];
        var near = source.Entries.Keys.Where(key => key.EndsWith(last, StringComparison.Ordinal)).Take(5).ToArray();
        throw new CheckpointException(source.Location, name,
            $"no such tensor among {source.Entries.Count}" + (near.Length == 0 ? "" : $"; ends alike: {string.Join(", ", near.Select(CheckpointException.Shorten))}"));
    }

    /// <summary>Shows the same tensors under other names.</summary>
    /// <param name="source">The weights; disposing the result disposes them unless <paramref name="leaveOpen"/> is set.</param>
    /// <param name="rename">Gives the new name of a tensor, or null to hide it.</param>
    /// <param name="leaveOpen">True when the caller keeps and disposes the original source.</param>
    /// <returns>A source over the same file.</returns>
    /// <exception cref="CheckpointException">Two tensors get the same name.</exception>
    public static ITensorSource Rename(this ITensorSource source, Func<string, string?> rename, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(rename);
        return new RenamedTensorSource(source, rename, leaveOpen);
    }

    /// <summary>Shows only the tensors below a prefix, with the prefix removed.</summary>
    /// <param name="source">The weights.</param>
    /// <param name="prefix">For example <c>video_encoder.</c>.</param>
    /// <param name="leaveOpen">True when the caller keeps and disposes the original source.</param>
    /// <returns>A source over the same file.</returns>
    public static ITensorSource Below(this ITensorSource source, string prefix, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        return source.Rename(name => name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : null, leaveOpen);
    }
}
