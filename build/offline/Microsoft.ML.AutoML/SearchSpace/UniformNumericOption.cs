namespace Microsoft.ML.SearchSpace.Option;

/// <summary>A number between two ends, evenly or by its logarithm.</summary>
public abstract class UniformNumericOption : OptionBase
{
    public UniformNumericOption(double min, double max, bool logBase = false)
    {
        if (!(max > min))
            throw new ArgumentException($"The range from {min} to {max} is empty.", nameof(max));
        if (logBase && !(min > 0))
            throw new ArgumentException($"A range by its logarithm must begin above 0, not at {min}.", nameof(min));
        Min = min;
        Max = max;
        LogBase = logBase;
    }

    public double Min { get; }
    public double Max { get; }
    public bool LogBase { get; }
    public override int FeatureSpaceDim => 1;
    public override int?[] Step => [null];

    public override double[] MappingToFeatureSpace(Parameter param)
    {
        var value = param.AsType<double>();
        return [LogBase ? Math.Log(value / Min) / Math.Log(Max / Min) : (value - Min) / (Max - Min)];
    }

    public override Parameter SampleFromFeatureSpace(double[] values)
    {
        var place = values[0];
        if (!(place >= 0 && place <= 1))
            throw new ArgumentException($"{place} is not between 0 and 1.", nameof(values));
        return Parameter.FromDouble(LogBase ? Min * Math.Pow(Max / Min, place) : Min + place * (Max - Min));
    }

    private protected void StartAt(double? value)
    {
        if (value is { } start)
            Default = MappingToFeatureSpace(Parameter.FromDouble(start));
    }
}
