using System.Globalization;
using Microsoft.ML.AutoML;

namespace AutoMl;

/// <summary>Prints one line per trial.</summary>
/// <param name="output">Where to.</param>
public sealed class ConsoleMonitor(TextWriter output) : IMonitor
{
    /// <inheritdoc/>
    public void ReportRunningTrial(TrialSettings settings) => output.WriteLine($"trial {settings.TrialId}: {settings.Parameter}");

    /// <inheritdoc/>
    public void ReportCompletedTrial(TrialResult result) => output.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"trial {result.TrialSettings.TrialId}: word error rate {result.Metric:P1}, loss {result.Loss:0.000}, {result.DurationInMilliseconds / 1000:0} s"));

    /// <inheritdoc/>
    public void ReportBestTrial(TrialResult result) => output.WriteLine($"trial {result.TrialSettings.TrialId} is the best so far");

    /// <inheritdoc/>
    public void ReportFailTrial(TrialSettings settings, Exception? exception = null) => output.WriteLine($"trial {settings.TrialId} failed: {exception?.Message}");
}
