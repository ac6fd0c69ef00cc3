using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Data;

namespace Microsoft.ML.Avsr;

/// <summary>
/// A column of <see cref="AudioClip"/>. It belongs to the primitive types because clips are immutable: caches and shuffles keep such
/// columns, while they drop structured ones.
/// </summary>
public sealed class AudioClipDataViewType : PrimitiveDataViewType
{
    private AudioClipDataViewType() : base(typeof(AudioClip)) { }

    /// <summary>The only instance.</summary>
    public static AudioClipDataViewType Instance { get; } = new();

    /// <inheritdoc/>
    public override bool Equals(DataViewType? other) => other is AudioClipDataViewType;

    /// <inheritdoc/>
    public override string ToString() => "AudioClip";
}
