using Microsoft.ML.SearchSpace;

namespace Microsoft.ML.AutoML;

/// <summary>One try: which parameters, and when.</summary>
public class TrialSettings
{
    public TrialSettings() { }

    public int TrialId { get; set; }
    public DateTime StartedAtUtc { get; set; }
    public DateTime? EndedAtUtc { get; set; }
    public Parameter Parameter { get; set; }
}

/// <summary>What came of a try. The smallest loss is the best.</summary>
public class TrialResult
{
    public TrialResult() { }

    public TrialSettings TrialSettings { get; set; }
    public ITransformer Model { get; set; }
    public double Loss { get; set; }
    public double Metric { get; set; }
    public double DurationInMilliseconds { get; set; }
    public double? PeakCpu { get; set; }
    public double? PeakMemoryInMegaByte { get; set; }
}

/// <summary>Makes one try.</summary>
public interface ITrialRunner : IDisposable
{
    Task<TrialResult> RunAsync(TrialSettings settings, CancellationToken ct);
}

/// <summary>Proposes parameters, and learns from results.</summary>
public interface ITuner
{
    Parameter Propose(TrialSettings settings);
    void Update(TrialResult result);
}

/// <summary>Is told how the experiment goes.</summary>
public interface IMonitor
{
    void ReportCompletedTrial(TrialResult result);
    void ReportBestTrial(TrialResult result);
    void ReportFailTrial(TrialSettings settings, Exception exception = null);
    void ReportRunningTrial(TrialSettings settings);
}
