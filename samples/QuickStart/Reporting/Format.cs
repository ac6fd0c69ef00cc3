using System.Globalization;

namespace QuickStart.Reporting;

/// <summary>Numbers and times as people read them, the same on every machine.</summary>
public static class Format
{
    private static readonly CultureInfo s_culture = CultureInfo.InvariantCulture;

    /// <summary>One decimal: <c>12.3</c>.</summary>
    public static string Percent(double value) => double.IsFinite(value) ? value.ToString("0.0", s_culture) : "-";

    /// <summary>Three significant digits with a unit prefix: <c>3.71 M</c>.</summary>
    public static string Count(double value) => value switch
    {
        >= 1e9 => Significant(value / 1e9) + " G",
        >= 1e6 => Significant(value / 1e6) + " M",
        >= 1e4 => Significant(value / 1e3) + " k",
        _ => value.ToString("#,0", s_culture),
    };

    /// <summary>A duration: <c>48 s</c>, <c>3 min 20 s</c>, <c>2 h 05 min</c>.</summary>
    public static string Duration(TimeSpan time)
    {
        var seconds = (long)Math.Round(Math.Max(0, time.TotalSeconds));
        return seconds switch
        {
            < 60 => $"{seconds} s",
            < 3600 => $"{seconds / 60} min {(seconds % 60).ToString("00", s_culture)} s",
            _ => $"{seconds / 3600} h {(seconds / 60 % 60).ToString("00", s_culture)} min",
        };
    }

    /// <summary>A number with at most this many decimals.</summary>
    public static string Number(double value, int decimals = 2) =>
        double.IsFinite(value) ? value.ToString(decimals == 0 ? "0" : "0." + new string('#', decimals), s_culture) : "-";

    private static string Significant(double value) => value.ToString(value >= 100 ? "0" : value >= 10 ? "0.0" : "0.00", s_culture);
}
