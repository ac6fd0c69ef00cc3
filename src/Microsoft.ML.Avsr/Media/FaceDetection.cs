namespace Microsoft.ML.Avsr.Media;

/// <summary>A face in a frame, in the frame's pixels.</summary>
/// <param name="X">Left edge.</param>
/// <param name="Y">Top edge.</param>
/// <param name="Width">Width.</param>
/// <param name="Height">Height.</param>
/// <param name="Score">Certainty, 0 to 1.</param>
/// <param name="Points">Right eye, left eye, nose tip, right and left mouth corner (the person's right): [5, 2].</param>
public sealed record FaceDetection(double X, double Y, double Width, double Height, double Score, IReadOnlyList<double> Points)
{
    /// <summary>Shared area of two faces divided by the area of both together, 0 to 1.</summary>
    /// <param name="other">The other face.</param>
    public double Overlap(FaceDetection other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var width = Math.Min(X + Width, other.X + other.Width) - Math.Max(X, other.X);
        var height = Math.Min(Y + Height, other.Y + other.Height) - Math.Max(Y, other.Y);
        if (width <= 0 || height <= 0)
            return 0;
        var shared = width * height;
        return shared / (Width * Height + other.Width * other.Height - shared);
    }

    /// <summary>The same face in pixels of frames that are <paramref name="scale"/> times as large.</summary>
    internal FaceDetection Scaled(double scale) => scale == 1
        ? this
        : this with { X = X * scale, Y = Y * scale, Width = Width * scale, Height = Height * scale, Points = [.. Points.Select(p => p * scale)] };
}
