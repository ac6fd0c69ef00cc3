using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Data;

namespace Microsoft.ML.Avsr;

/// <summary>
/// A column of <see cref="VideoClip"/>. It belongs to the primitive types because clips are immutable: caches and shuffles keep such
/// columns, while they drop structured ones.
/// </summary>
public sealed class VideoClipDataViewType : PrimitiveDataViewType
{
    private VideoClipDataViewType() : base(typeof(VideoClip)) { }

    /// <summary>The only instance.</summary>
    public static VideoClipDataViewType Instance { get; } = new();

    /// <inheritdoc/>
    public override bool Equals(DataViewType? other) => other is VideoClipDataViewType;

    /// <inheritdoc/>
    public override string ToString() => "VideoClip";
}
