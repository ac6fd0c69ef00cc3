namespace Microsoft.ML.Avsr.Media;

/// <summary>A square around the mouth in one frame.</summary>
/// <param name="CentreX">Centre, in pixels of the source file.</param>
/// <param name="CentreY">Centre, in pixels of the source file.</param>
/// <param name="Side">Length of a side, in pixels of the source file.</param>
/// <param name="Angle">How far the line between the eyes is turned clockwise from the horizontal, in radians.</param>
public readonly record struct MouthPlacement(double CentreX, double CentreY, double Side, double Angle);
