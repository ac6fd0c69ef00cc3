using Microsoft.ML.Avsr.Features;
using Microsoft.ML.Data;

namespace Microsoft.ML.Avsr;

/// <summary>
/// A column of <see cref="FeatureSequence"/>. It belongs to the primitive types because sequences are immutable: caches and shuffles keep such
/// columns, while they drop structured ones.
/// </summary>
public sealed class FeatureSequenceDataViewType : PrimitiveDataViewType
{
    private FeatureSequenceDataViewType() : base(typeof(FeatureSequence)) { }

    /// <summary>The only instance.</summary>
    public static FeatureSequenceDataViewType Instance { get; } = new();

    /// <inheritdoc/>
    public override bool Equals(DataViewType? other) => other is FeatureSequenceDataViewType;

    /// <inheritdoc/>
    public override string ToString() => "FeatureSequence";
}
