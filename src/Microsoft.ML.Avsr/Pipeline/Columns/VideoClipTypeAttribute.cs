using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Data;

namespace Microsoft.ML.Avsr;

/// <summary>Marks a member of type <see cref="VideoClip"/> as a column of frames.</summary>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public sealed class VideoClipTypeAttribute : DataViewTypeAttribute
{
    /// <inheritdoc/>
    public override void Register() => DataViewTypeManager.Register(VideoClipDataViewType.Instance, typeof(VideoClip), this);

    /// <inheritdoc/>
    public override bool Equals(DataViewTypeAttribute? other) => other is VideoClipTypeAttribute;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is VideoClipTypeAttribute;

    /// <inheritdoc/>
    public override int GetHashCode() => typeof(VideoClipTypeAttribute).GetHashCode();
}
