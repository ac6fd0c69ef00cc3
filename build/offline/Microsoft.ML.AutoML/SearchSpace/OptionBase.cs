namespace Microsoft.ML.SearchSpace.Option;

/// <summary>Something to choose: a cube of numbers from 0 to 1 that maps to parameters.</summary>
public abstract class OptionBase
{
    protected OptionBase() { }

    public abstract int FeatureSpaceDim { get; }
    public virtual double[] Default { get; protected set; }
    public abstract int?[] Step { get; }
    public abstract double[] MappingToFeatureSpace(Parameter value);
    public abstract Parameter SampleFromFeatureSpace(double[] values);
}
