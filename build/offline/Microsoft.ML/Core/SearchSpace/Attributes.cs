namespace Microsoft.ML.SearchSpace;

/// <summary>A number to sweep between two ends.</summary>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public sealed class RangeAttribute : Attribute
{
    public RangeAttribute(double min, double max, bool logBase = false) : this((object)min, max, null, logBase) { }
    public RangeAttribute(double min, double max, double init, bool logBase = false) : this((object)min, max, init, logBase) { }
    public RangeAttribute(int min, int max, bool logBase = false) : this((object)min, max, null, logBase) { }
    public RangeAttribute(int min, int max, int init, bool logBase = false) : this((object)min, max, init, logBase) { }
    public RangeAttribute(float min, float max, bool logBase = false) : this((object)min, max, null, logBase) { }
    public RangeAttribute(float min, float max, float init, bool logBase = false) : this((object)min, max, init, logBase) { }

    private RangeAttribute(object min, object max, object init, bool logBase)
    {
        Min = min;
        Max = max;
        Init = init;
        LogBase = logBase;
    }

    public object Min { get; }
    public object Max { get; }
    public object Init { get; }
    public bool LogBase { get; }
}

/// <summary>One of some values to sweep.</summary>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public sealed class ChoiceAttribute : Attribute
{
    public ChoiceAttribute(params object[] candidates)
    {
        Candidates = candidates;
        DefaultValue = null;
    }

    public ChoiceAttribute(object[] candidates, object defaultValue)
    {
        Candidates = candidates;
        DefaultValue = defaultValue;
    }

    public object[] Candidates { get; }
    public object DefaultValue { get; }
}

/// <summary>A switch to sweep.</summary>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public sealed class BooleanChoiceAttribute : Attribute
{
    public BooleanChoiceAttribute() => DefaultValue = true;
    public BooleanChoiceAttribute(bool defaultValue) => DefaultValue = defaultValue;

    public bool DefaultValue { get; }
}

/// <summary>An options object whose own members are swept.</summary>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public sealed class NestOptionAttribute : Attribute
{
    public NestOptionAttribute() { }
}
