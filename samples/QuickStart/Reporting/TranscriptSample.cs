namespace QuickStart.Reporting;

/// <summary>One clip's transcripts in one condition.</summary>
/// <param name="Clip">The clip's name.</param>
/// <param name="Condition">One of <see cref="QuickStartResult.Conditions"/>.</param>
/// <param name="Reference">What was said.</param>
/// <param name="Audio">Recognised from the audio alone; null = not done.</param>
/// <param name="Video">Recognised from the video alone; null = not done.</param>
/// <param name="AudioVisual">Recognised from both; null = not done.</param>
public sealed record TranscriptSample(string Clip, string Condition, string Reference, string? Audio, string? Video, string? AudioVisual);
