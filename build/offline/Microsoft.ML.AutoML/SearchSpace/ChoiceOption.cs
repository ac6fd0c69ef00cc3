namespace Microsoft.ML.SearchSpace.Option;

/// <summary>One of some values.</summary>
public sealed class ChoiceOption : OptionBase
{
    public ChoiceOption(params object[] choices)
    {
        if (choices.Length == 0)
            throw new ArgumentException("There is nothing to choose from.", nameof(choices));
        Choices = [.. choices.Select(Parameter.Of)];
        Default = [.. Enumerable.Repeat(0.0, FeatureSpaceDim)];
    }

    public ChoiceOption(object[] choices, object defaultChoice) : this(choices)
    {
        if (defaultChoice is not null)
            Default = MappingToFeatureSpace(Parameter.Of(defaultChoice));
    }

    public Parameter[] Choices { get; }
    public override int FeatureSpaceDim => Choices.Length == 1 ? 0 : 1;
    public override int?[] Step => [Choices.Length];

    public override double[] MappingToFeatureSpace(Parameter param)
    {
        if (FeatureSpaceDim == 0)
            return [];
        var index = Array.FindIndex(Choices, choice => choice.Equals(param));
        return index >= 0 ? [index / (double)Choices.Length] : throw new ArgumentException($"{param} is none of the choices.", nameof(param));
    }

    public override Parameter SampleFromFeatureSpace(double[] values) =>
        FeatureSpaceDim == 0 ? Choices[0] : Choices[Math.Min(Choices.Length - 1, (int)Math.Floor(values[0] * Choices.Length))];
}
