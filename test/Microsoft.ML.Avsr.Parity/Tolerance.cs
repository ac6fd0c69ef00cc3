using System.Globalization;
using System.Text.Json;

namespace Microsoft.ML.Avsr.Parity;

/// <summary>How far a number may be from the reference: |actual - expected| ≤ absolute + relative · |expected|.</summary>
/// <param name="Absolute">Absolute part.</param>
/// <param name="Relative">Relative part.</param>
/// <param name="Mean">Largest mean absolute difference of a tensor; null is any.</param>
internal readonly record struct Tolerance(double Absolute, double Relative = 0, double? Mean = null)
{
    /// <summary>No difference at all.</summary>
    public static Tolerance Exact => default;

    /// <summary>Reads <c>1e-4</c>, or an object with <c>abs</c>/<c>atol</c>, <c>rel</c>/<c>rtol</c> and <c>mean_abs</c>.</summary>
    public static Tolerance? Read(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Number)
            return new Tolerance(element.GetDouble());
        if (element.ValueKind != JsonValueKind.Object)
            return null;
        var absolute = Number(element, "abs") ?? Number(element, "atol");
        var relative = Number(element, "rel") ?? Number(element, "rtol");
        return absolute is null && relative is null ? null : new Tolerance(absolute ?? 0, relative ?? 0, Number(element, "mean_abs"));
    }

    public override string ToString()
    {
        if (this == Exact)
            return "exact";
        var parts = new List<string>();
        if (Absolute > 0)
            parts.Add("abs " + Absolute.ToString("0.##e-0", CultureInfo.InvariantCulture));
        if (Relative > 0)
            parts.Add("rel " + Relative.ToString("0.##e-0", CultureInfo.InvariantCulture));
        return string.Join(" + ", parts);
    }

    private static double? Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;
}
