namespace QuickStart.Reporting;

/// <summary>How one router spread the tokens of one modality over its experts.</summary>
/// <param name="Modality">The tokens' modality, as the report shows it.</param>
/// <param name="Choice">1 for the experts that came first, 2 for those that came second, ...</param>
/// <param name="Shares">Share of the tokens per expert; they sum to 1.</param>
public sealed record ExpertShares(string Modality, int Choice, IReadOnlyList<double> Shares);
