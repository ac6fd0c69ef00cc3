namespace Microsoft.ML.Avsr.Media;

/// <summary>A stretch of a long recording.</summary>
/// <param name="Start">When it starts in the recording.</param>
/// <param name="Clip">Its sound and frames; the status is the stretch's own, and the last window's also tells how the recording ended.</param>
public sealed record MediaWindow(TimeSpan Start, MediaClip Clip);
