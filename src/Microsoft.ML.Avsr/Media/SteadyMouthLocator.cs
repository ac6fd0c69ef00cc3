namespace Microsoft.ML.Avsr.Media;

/// <summary>
/// Cuts a level square around the mouth whose side is a multiple of the distance between the eyes. Place, size and slope are averaged over
/// time, so that the picture follows the head and does not shake with every detection or every movement of the lips.
/// </summary>
public sealed class SteadyMouthLocator : IMouthRegionLocator
{
    private const int Side = FrameResampler.MouthSide;

    // In faces seen from the front the mouth lies about 1.1 distances between the eyes below them. In a face that turns away the eyes come
    // nearer to each other, but the mouth does not come nearer to them: it then decides the size.
    private const double EyeDistancePerDrop = 0.8;

    private readonly double _sideInEyeDistances;
    private readonly TimeSpan _smoothing;

    /// <summary>Makes a locator for one clip.</summary>
    /// <param name="landmarks">Points in every frame, in pixels of the source file; gaps are interpolated.</param>
    /// <param name="sideInEyeDistances">Side of the square in distances between the eyes, 0.5 to 5.</param>
    /// <param name="smoothing">Time over which is averaged, 0 (not at all) to 1 hour; null = 2 seconds.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public SteadyMouthLocator(FaceLandmarks landmarks, double sideInEyeDistances = 1.2, TimeSpan? smoothing = null)
    {
        ArgumentNullException.ThrowIfNull(landmarks);
        var options = new FaceLocatorOptions { SideInEyeDistances = sideInEyeDistances };
        options = (smoothing is { } time ? options with { Smoothing = time } : options).Validate();
        Landmarks = landmarks;
        _sideInEyeDistances = sideInEyeDistances;
        _smoothing = options.Smoothing;
    }

    /// <summary>The points.</summary>
    public FaceLandmarks Landmarks { get; }

    /// <summary>Where the square is in every frame.</summary>
    /// <param name="frameRate">Frames per second.</param>
    /// <returns>[frames], or an empty array where no frame has a detected face.</returns>
    public MouthPlacement[] Place(double frameRate)
    {
        if (Landmarks.Interpolate() is not { } complete)
            return [];
        // Mouth x and y, the vector between the eyes, size of the face: [5, frames].
        var raw = new double[5][];
        for (var k = 0; k < raw.Length; k++)
            raw[k] = new double[complete.Frames];
        for (var t = 0; t < complete.Frames; t++)
        {
            var (right, left, mouth) = EyesAndMouth(complete.Frame(t));
            double x = left.X - right.X, y = left.Y - right.Y;
            var drop = Math.Sqrt(Square(mouth.X - (left.X + right.X) / 2) + Square(mouth.Y - (left.Y + right.Y) / 2));
            (raw[0][t], raw[1][t], raw[2][t], raw[3][t]) = (mouth.X, mouth.Y, x, y);
            raw[4][t] = Math.Max(Math.Sqrt(x * x + y * y), EyeDistancePerDrop * drop);
        }
        var radius = (int)Math.Min(_smoothing.TotalSeconds * frameRate / 2, complete.Frames);
        var smooth = Array.ConvertAll(raw, values => Smooth(values, radius));
        var result = new MouthPlacement[complete.Frames];
        for (var t = 0; t < result.Length; t++)
            result[t] = new MouthPlacement(smooth[0][t], smooth[1][t], smooth[4][t] * _sideInEyeDistances, Math.Atan2(smooth[3][t], smooth[2][t]));
        return result;
    }

    /// <inheritdoc/>
    public VideoClip? Crop(VideoClip frames, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(frames);
        if (frames.Frames != Landmarks.Frames)
        {
            problem = $"There are landmarks for {Landmarks.Frames} frames, but the video has {frames.Frames}.";
            return null;
        }
        var places = Place(frames.FrameRate);
        if (places.Length == 0)
        {
            problem = "No frame has a detected face.";
            return null;
        }
        var pixels = new byte[frames.Frames * Side * Side]; // [frames, 96, 96]
        var scale = frames.SourceScale;
        for (var t = 0; t < frames.Frames; t++)
        {
            var place = places[t];
            double x = place.CentreX * scale, y = place.CentreY * scale;
            if (!(place.Side * scale is > 1 and < 1e6))
            {
                problem = $"The landmarks of frame {t} coincide.";
                return null;
            }
            if (!(x >= 0 && y >= 0 && x <= frames.Width && y <= frames.Height))
            {
                problem = FormattableString.Invariant($"The mouth of frame {t} lies outside the picture: ({place.CentreX:0}, {place.CentreY:0}).");
                return null;
            }
            Cut(frames.Frame(t), frames.Width, frames.Height, x, y, place.Side * scale, place.Angle, pixels.AsSpan(t * Side * Side, Side * Side));
        }
        problem = null;
        return new VideoClip(pixels, frames.Frames, Side, Side, frames.FrameRate);
    }

    /// <summary>The mean of the frames around each, weighted by a raised cosine; at the ends of those that there are.</summary>
    internal static double[] Smooth(double[] values, int radius)
    {
        if (radius < 1)
            return values;
        var weights = new double[radius + 1];
        for (var k = 0; k <= radius; k++)
            weights[k] = 0.5 + 0.5 * Math.Cos(Math.PI * k / (radius + 1));
        var result = new double[values.Length];
        for (var t = 0; t < values.Length; t++)
        {
            double sum = 0, total = 0;
            for (var k = Math.Max(-radius, -t); k <= Math.Min(radius, values.Length - 1 - t); k++)
            {
                sum += values[t + k] * weights[Math.Abs(k)];
                total += weights[Math.Abs(k)];
            }
            result[t] = sum / total;
        }
        return result;
    }

    private static ((double X, double Y) Right, (double X, double Y) Left, (double X, double Y) Mouth) EyesAndMouth(ReadOnlySpan<double> points) => points.Length switch
    {
        136 => (Mean(points, 36, 42), Mean(points, 42, 48), Mean(points, 48, 68)),
        10 => (Mean(points, 0, 1), Mean(points, 1, 2), Mean(points, 3, 5)),
        _ => (Mean(points, 0, 1), Mean(points, 1, 2), Mean(points, 3, 4)),
    };

    private static (double X, double Y) Mean(ReadOnlySpan<double> points, int from, int to)
    {
        double x = 0, y = 0;
        for (var p = from; p < to; p++)
        {
            x += points[2 * p];
            y += points[2 * p + 1];
        }
        return (x / (to - from), y / (to - from));
    }

    // Bilinear, with as many samples per pixel as the square shrinks. Beyond the frame its edge repeats, as for boxes.
    private static void Cut(ReadOnlySpan<byte> frame, int width, int height, double centreX, double centreY, double side, double angle, Span<byte> target)
    {
        var step = side / Side;
        var samples = Math.Clamp((int)Math.Ceiling(step - 0.01), 1, 16); // per axis and pixel
        double ax = Math.Cos(angle) * step, ay = Math.Sin(angle) * step;
        for (var row = 0; row < Side; row++)
        {
            for (var column = 0; column < Side; column++)
            {
                var sum = 0.0;
                for (var j = 0; j < samples; j++)
                {
                    var v = row + (j + 0.5) / samples - Side / 2.0;
                    for (var i = 0; i < samples; i++)
                    {
                        var u = column + (i + 0.5) / samples - Side / 2.0;
                        sum += Sample(frame, width, height, centreX + u * ax - v * ay - 0.5, centreY + u * ay + v * ax - 0.5);
                    }
                }
                target[row * Side + column] = (byte)(sum / (samples * samples) + 0.5);
            }
        }
    }

    private static double Sample(ReadOnlySpan<byte> frame, int width, int height, double x, double y)
    {
        x = Math.Clamp(x, 0, width - 1);
        y = Math.Clamp(y, 0, height - 1);
        int left = (int)x, top = (int)y;
        int right = Math.Min(left + 1, width - 1), bottom = Math.Min(top + 1, height - 1);
        double tx = x - left, ty = y - top;
        return (1 - ty) * ((1 - tx) * frame[top * width + left] + tx * frame[top * width + right])
            + ty * ((1 - tx) * frame[bottom * width + left] + tx * frame[bottom * width + right]);
    }

    private static double Square(double value) => value * value;
}
