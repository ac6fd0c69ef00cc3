namespace QuickStart;

/// <summary>The mouth region of every clip, in pixels of the source frame.</summary>
/// <param name="X">Left edge.</param>
/// <param name="Y">Top edge.</param>
/// <param name="Width">Width, above zero.</param>
/// <param name="Height">Height, above zero.</param>
public readonly record struct BoxOption(double X, double Y, double Width, double Height);
