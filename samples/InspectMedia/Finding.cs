namespace InspectMedia;

/// <summary>Something that a person should know about a file.</summary>
/// <param name="IsSevere">Whether recognition suffers for certain.</param>
/// <param name="Text">What it is, and what can be done.</param>
internal sealed record Finding(bool IsSevere, string Text);
