namespace Microsoft.ML.SearchSpace.Option;

/// <summary>A double between two ends.</summary>
public sealed class UniformDoubleOption : UniformNumericOption
{
    public UniformDoubleOption(double min, double max, bool logBase = false, double? defaultValue = null) : base(min, max, logBase) => StartAt(defaultValue);
}

/// <summary>A float between two ends.</summary>
public sealed class UniformSingleOption : UniformNumericOption
{
    public UniformSingleOption(float min, float max, bool logBase = false, float? defaultValue = null) : base(min, max, logBase) => StartAt(defaultValue);

    public override double[] MappingToFeatureSpace(Parameter param) => base.MappingToFeatureSpace(param);
    public override Parameter SampleFromFeatureSpace(double[] values) => Parameter.FromFloat((float)base.SampleFromFeatureSpace(values).AsType<double>());
}

/// <summary>A whole number between two ends, both included.</summary>
public sealed class UniformIntOption : UniformNumericOption
{
    public UniformIntOption(int min, int max, bool logBase = false, int? defaultValue = null) : base(min, max, logBase) => StartAt(defaultValue);

    public override Parameter SampleFromFeatureSpace(double[] values) => Parameter.FromInt(Convert.ToInt32(base.SampleFromFeatureSpace(values).AsType<double>()));
    public override double[] MappingToFeatureSpace(Parameter param) => base.MappingToFeatureSpace(param);
}
