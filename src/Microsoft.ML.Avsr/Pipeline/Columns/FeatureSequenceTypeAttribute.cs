using Microsoft.ML.Avsr.Features;
using Microsoft.ML.Data;

namespace Microsoft.ML.Avsr;

/// <summary>Marks a member of type <see cref="FeatureSequence"/> as a column of features.</summary>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public sealed class FeatureSequenceTypeAttribute : DataViewTypeAttribute
{
    /// <inheritdoc/>
    public override void Register() => DataViewTypeManager.Register(FeatureSequenceDataViewType.Instance, typeof(FeatureSequence), this);

    /// <inheritdoc/>
    public override bool Equals(DataViewTypeAttribute? other) => other is FeatureSequenceTypeAttribute;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is FeatureSequenceTypeAttribute;

    /// <inheritdoc/>
    public override int GetHashCode() => typeof(FeatureSequenceTypeAttribute).GetHashCode();
}
