using System.Reflection;
using Microsoft.ML.SearchSpace.Option;

namespace Microsoft.ML.SearchSpace;

/// <summary>Options by name; together they are one cube.</summary>
public class SearchSpace : OptionBase
{
    private readonly SortedDictionary<string, OptionBase> _options = new(StringComparer.Ordinal);

    public SearchSpace() { }

    protected SearchSpace(Type typeInfo, Parameter defaultOption = null)
    {
        foreach (var member in typeInfo.GetMembers(BindingFlags.Public | BindingFlags.Instance))
        {
            if (TypeOf(member) is { } type && Read(member, type) is { } option)
                _options[member.Name] = option;
        }
        if (defaultOption is not null)
            Default = MappingToFeatureSpace(defaultOption);
    }

    public override double[] Default => [.. _options.Values.SelectMany(option => option.Default ?? Enumerable.Repeat(0.0, option.FeatureSpaceDim))];
    public override int FeatureSpaceDim => _options.Values.Sum(option => option.FeatureSpaceDim);
    public ICollection<string> Keys => _options.Keys;
    public ICollection<OptionBase> Values => _options.Values;
    public int Count => _options.Count;
    public override int?[] Step => [.. _options.Values.SelectMany(option => option.Step)];

    public OptionBase this[string key]
    {
        get => _options[key];
        set => _options[key] = value;
    }

    public void Add(string key, OptionBase value) => _options.Add(key, value);
    public bool ContainsKey(string key) => _options.ContainsKey(key);
    public bool Remove(string key) => _options.Remove(key);
    public bool TryGetValue(string key, out OptionBase value) => _options.TryGetValue(key, out value);

    public override Parameter SampleFromFeatureSpace(double[] feature)
    {
        if (feature.Length != FeatureSpaceDim)
            throw new ArgumentException($"{feature.Length} numbers were given for {FeatureSpaceDim} dimensions.", nameof(feature));
        var parameter = Parameter.CreateNestedParameter();
        var place = 0;
        foreach (var (name, option) in _options)
        {
            parameter[name] = option.SampleFromFeatureSpace(feature[place..(place + option.FeatureSpaceDim)]);
            place += option.FeatureSpaceDim;
        }
        return parameter;
    }

    public override double[] MappingToFeatureSpace(Parameter parameter) =>
        [.. _options.SelectMany(pair => parameter.TryGetValue(pair.Key, out var value) ? pair.Value.MappingToFeatureSpace(value) : pair.Value.Default ?? new double[pair.Value.FeatureSpaceDim])];

    private static Type TypeOf(MemberInfo member) => member switch
    {
        PropertyInfo { CanRead: true, CanWrite: true } property => property.PropertyType,
        FieldInfo field => field.FieldType,
        _ => null,
    };

    private static OptionBase Read(MemberInfo member, Type type) => member.GetCustomAttributes(false).Select(attribute => attribute switch
    {
        RangeAttribute { Min: int min, Max: int max } range => new UniformIntOption(min, max, range.LogBase, (int?)range.Init),
        RangeAttribute { Min: float min, Max: float max } range => new UniformSingleOption(min, max, range.LogBase, (float?)range.Init),
        RangeAttribute { Min: double min, Max: double max } range => new UniformDoubleOption(min, max, range.LogBase, (double?)range.Init),
        ChoiceAttribute choice => new ChoiceOption(choice.Candidates, choice.DefaultValue),
        BooleanChoiceAttribute choice => new ChoiceOption([true, false], choice.DefaultValue),
        NestOptionAttribute => new SearchSpace(type),
        _ => (OptionBase)null,
    }).FirstOrDefault(option => option is not null);
}

/// <summary>The options that the attributes of a class state.</summary>
public sealed class SearchSpace<T> : SearchSpace where T : class, new()
{
    public SearchSpace() : base(typeof(T)) { }

    public new T SampleFromFeatureSpace(double[] feature) => base.SampleFromFeatureSpace(feature).AsType<T>();
    public double[] MappingToFeatureSpace(T input) => MappingToFeatureSpace(Parameter.FromObject(input));
}
