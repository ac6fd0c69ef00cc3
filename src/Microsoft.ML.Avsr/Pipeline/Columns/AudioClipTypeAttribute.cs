using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Data;

namespace Microsoft.ML.Avsr;

/// <summary>Marks a member of type <see cref="AudioClip"/> as a column of sound.</summary>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public sealed class AudioClipTypeAttribute : DataViewTypeAttribute
{
    /// <inheritdoc/>
    public override void Register() => DataViewTypeManager.Register(AudioClipDataViewType.Instance, typeof(AudioClip), this);

    /// <inheritdoc/>
    public override bool Equals(DataViewTypeAttribute? other) => other is AudioClipTypeAttribute;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is AudioClipTypeAttribute;

    /// <inheritdoc/>
    public override int GetHashCode() => typeof(AudioClipTypeAttribute).GetHashCode();
}
