namespace QuickStart.Reporting;

/// <summary>The training loss of one step.</summary>
/// <param name="Stage">The stage's name, as the report shows it.</param>
/// <param name="Step">The step's number within its stage, from 1.</param>
/// <param name="Loss">The loss of the batch.</param>
public sealed record LossPoint(string Stage, int Step, double Loss);
