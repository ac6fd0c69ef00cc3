using QuickStart.Reporting;

namespace Microsoft.ML.Avsr.Accuracy;

/// <summary>A number measured with several seeds.</summary>
/// <param name="Mean">Mean over seeds.</param>
/// <param name="Deviation">Standard deviation over seeds (n - 1); null with one seed.</param>
/// <param name="Seeds">Number of seeds.</param>
internal sealed record Spread(double Mean, double? Deviation, int Seeds)
{
    /// <summary>Mean and deviation of values; null of none.</summary>
    public static Spread? Of(IEnumerable<double?> values)
    {
        var known = values.OfType<double>().ToArray();
        if (known.Length == 0)
            return null;
        var mean = known.Average();
        return new Spread(mean, known.Length == 1 ? null : Math.Sqrt(known.Sum(v => (v - mean) * (v - mean)) / (known.Length - 1)), known.Length);
    }

    /// <summary>For example <c>6.3 ± 0.8</c>; without a deviation, the mean alone.</summary>
    public override string ToString() => Deviation is { } deviation ? $"{Format.Percent(Mean)} ± {Format.Percent(deviation)}" : Format.Percent(Mean);
}
