using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Parity;

/// <summary>Compares a case's numbers with the reference and remembers the worst.</summary>
internal sealed class CaseCheck
{
    private const int MostMessages = 5;
    private double _worstUse = -1;

    /// <summary>Largest share of its tolerance that a comparison used; above 1 it failed.</summary>
    public double Use => Math.Max(0, _worstUse);

    /// <summary>Comparisons made.</summary>
    public int Count { get; private set; }

    /// <summary>Largest absolute difference of any comparison.</summary>
    public double Absolute { get; private set; }

    /// <summary>Largest difference relative to the largest number of its tensor.</summary>
    public double Relative { get; private set; }

    /// <summary>Tolerance of the comparison that came nearest to it, or passed it furthest.</summary>
    public Tolerance WorstTolerance { get; private set; }

    /// <summary>That comparison's name.</summary>
    public string WorstName { get; private set; } = "";

    /// <summary>What went wrong, the first few.</summary>
    public List<string> Failures { get; } = [];

    public int FailureCount { get; private set; }

    /// <summary>Compares tensors element by element, in float64.</summary>
    /// <param name="name">What is compared.</param>
    /// <param name="expected">The reference's numbers.</param>
    /// <param name="actual">Ours, of the same shape.</param>
    /// <param name="tolerance">Allowed difference.</param>
    /// <param name="outliers">Share of elements that may differ by up to <paramref name="outlierLimit"/> instead.</param>
    /// <param name="outlierLimit">Allowed difference of those.</param>
    public void Close(string name, Tensor expected, Tensor actual, Tolerance tolerance, double outliers = 0, double outlierLimit = 0)
    {
        if (!expected.shape.AsSpan().SequenceEqual(actual.shape))
        {
            Note(name, $"has shape [{string.Join(", ", actual.shape)}], the reference [{string.Join(", ", expected.shape)}]");
            return;
        }
        Numeric(name, Numbers(expected), Numbers(actual), tolerance, outliers, outlierLimit);
    }

    /// <inheritdoc cref="Close(string, Tensor, Tensor, Tolerance, double, double)"/>
    public void Numeric(
        string name, IReadOnlyList<double> expected, IReadOnlyList<double> actual, Tolerance tolerance, double outliers = 0, double outlierLimit = 0)
    {
        if (expected.Count != actual.Count)
        {
            Note(name, $"has {actual.Count} numbers, the reference {expected.Count}");
            return;
        }
        Count++;
        double worst = 0, sum = 0, largest = 0;
        var (at, beyond) = (-1, 0);
        double use = 0, useAt = 0;
        for (var i = 0; i < expected.Count; i++)
        {
            var (e, a) = (expected[i], actual[i]);
            if (e.Equals(a))
            {
                largest = double.IsFinite(e) ? Math.Max(largest, Math.Abs(e)) : largest;
                continue; // also equal infinities and two NaN
            }
            var difference = Math.Abs(a - e);
            if (double.IsNaN(difference))
                difference = double.PositiveInfinity;
            sum += difference;
            worst = Math.Max(worst, difference);
            largest = Math.Max(largest, Math.Abs(e));
            var limit = tolerance.Absolute + tolerance.Relative * Math.Abs(e);
            if (difference > limit && difference <= outlierLimit)
            {
                beyond++;
                continue;
            }
            var thisUse = difference / limit;
            if (thisUse > use)
                (use, useAt, at) = (thisUse, difference, i);
        }
        Remember(name, worst, largest > 0 ? worst / largest : worst, use, tolerance);
        if (use > 1)
            Fail($"{name}[{at}]: {actual[at]:g9}, the reference {expected[at]:g9} (difference {useAt:g3}, allowed {tolerance})");
        if (beyond > Math.Ceiling(outliers * expected.Count))
            Fail($"{name}: {beyond} of {expected.Count} numbers differ more than {tolerance}");
        if (tolerance.Mean is { } mean && sum > mean * Math.Max(1, expected.Count))
            Fail($"{name}: mean difference {sum / expected.Count:g3}, allowed {mean:g3}");
    }

    /// <summary>Compares one number.</summary>
    public void Close(string name, double expected, double actual, Tolerance tolerance) => Numeric(name, [expected], [actual], tolerance);

    /// <summary>Compares sequences that must be equal.</summary>
    public void Sequence<T>(string name, IEnumerable<T> expected, IEnumerable<T> actual)
    {
        Count++;
        var (e, a) = (expected.ToArray(), actual.ToArray());
        if (e.AsSpan().SequenceEqual(a))
            return;
        Fail($"{name}: [{Shorten(string.Join(", ", a))}], the reference [{Shorten(string.Join(", ", e))}]");
        Remember(name, double.PositiveInfinity, double.PositiveInfinity, double.PositiveInfinity, Tolerance.Exact);
    }

    /// <summary>Compares texts or single values that must be equal.</summary>
    public void Same(string name, object? expected, object? actual)
    {
        Count++;
        if (Equals(expected, actual))
            return;
        Fail($"{name}: '{Shorten($"{actual}")}', the reference '{Shorten($"{expected}")}'");
        Remember(name, double.PositiveInfinity, double.PositiveInfinity, double.PositiveInfinity, Tolerance.Exact);
    }

    /// <summary>Records that something cannot be compared.</summary>
    public void Fail(string message)
    {
        FailureCount++;
        if (Failures.Count < MostMessages)
            Failures.Add(message);
    }

    /// <summary>A tensor's numbers in float64.</summary>
    public static double[] Numbers(Tensor tensor)
    {
        using var wide = tensor.detach().to_type(ScalarType.Float64).cpu().contiguous();
        return wide.data<double>().ToArray();
    }

    private void Note(string name, string message)
    {
        Count++;
        Fail($"{name} {message}");
        Remember(name, double.PositiveInfinity, double.PositiveInfinity, double.PositiveInfinity, Tolerance.Exact);
    }

    private void Remember(string name, double absolute, double relative, double use, Tolerance tolerance)
    {
        Absolute = Math.Max(Absolute, absolute);
        Relative = Math.Max(Relative, relative);
        if (use > _worstUse)
            (_worstUse, WorstName, WorstTolerance) = (use, name, tolerance);
    }

    private static string Shorten(string text) => text.Length <= 160 ? text : text[..160] + "…";
}
