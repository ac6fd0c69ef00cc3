namespace Microsoft.ML.Avsr.Media;

/// <summary>Rotation, one scale and shift in the plane: (x, y) -> (A x - B y + ShiftX, B x + A y + ShiftY).</summary>
/// <param name="A">Scale times cosine.</param>
/// <param name="B">Scale times sine.</param>
/// <param name="ShiftX">Shift to the right.</param>
/// <param name="ShiftY">Shift down.</param>
public readonly record struct SimilarityTransform(double A, double B, double ShiftX, double ShiftY)
{
    /// <summary>Moves a point.</summary>
    /// <param name="x">Right.</param>
    /// <param name="y">Down.</param>
    public (double X, double Y) Apply(double x, double y) => (A * x - B * y + ShiftX, B * x + A * y + ShiftY);

    /// <summary>The transform that undoes this one.</summary>
    public SimilarityTransform Inverse()
    {
        var square = A * A + B * B;
        double a = A / square, b = -B / square;
        return new SimilarityTransform(a, b, -(a * ShiftX - b * ShiftY), -(b * ShiftX + a * ShiftY));
    }

    /// <summary>Whether it has an inverse and holds finite numbers.</summary>
    public bool IsRegular => double.IsFinite(A) && double.IsFinite(B) && double.IsFinite(ShiftX) && double.IsFinite(ShiftY) && A * A + B * B > 1e-12;

    /// <summary>
    /// Least-squares fit (Umeyama 1991; in the plane and without reflection it has this closed form).
    /// </summary>
    /// <param name="from">Points x0, y0, x1, y1, ...</param>
    /// <param name="to">Where they should go, in the same layout.</param>
    /// <param name="use">Which points count; null = all.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static SimilarityTransform Fit(ReadOnlySpan<double> from, ReadOnlySpan<double> to, ReadOnlySpan<bool> use = default)
    {
        if (from.Length != to.Length || from.Length % 2 != 0 || (!use.IsEmpty && use.Length != from.Length / 2))
            throw new ArgumentException($"{from.Length} and {to.Length} coordinates do not form pairs of points.");
        double fx = 0, fy = 0, tx = 0, ty = 0;
        var count = 0;
        for (var i = 0; i < from.Length / 2; i++)
        {
            if (!use.IsEmpty && !use[i])
                continue;
            fx += from[2 * i];
            fy += from[2 * i + 1];
            tx += to[2 * i];
            ty += to[2 * i + 1];
            count++;
        }
        fx /= count;
        fy /= count;
        tx /= count;
        ty /= count;
        double dot = 0, cross = 0, square = 0;
        for (var i = 0; i < from.Length / 2; i++)
        {
            if (!use.IsEmpty && !use[i])
                continue;
            double x = from[2 * i] - fx, y = from[2 * i + 1] - fy, u = to[2 * i] - tx, v = to[2 * i + 1] - ty;
            dot += x * u + y * v;
            cross += x * v - y * u;
            square += x * x + y * y;
        }
        double a = dot / square, b = cross / square;
        return new SimilarityTransform(a, b, tx - (a * fx - b * fy), ty - (b * fx + a * fy));
    }

    /// <summary>
    /// Least median of squares, then least squares over the points that agree: some points may be wrong. OpenCV's
    /// estimateAffinePartial2D(LMEDS) tries a few random pairs of points; this tries all, so that it is deterministic.
    /// </summary>
    /// <param name="from">Points x0, y0, x1, y1, ...; three or more.</param>
    /// <param name="to">Where they should go, in the same layout.</param>
    /// <param name="inliers">Gets which points agree.</param>
    public static SimilarityTransform FitRobust(ReadOnlySpan<double> from, ReadOnlySpan<double> to, Span<bool> inliers)
    {
        var count = from.Length / 2;
        if (count < 3)
        {
            inliers.Fill(true);
            return Fit(from, to);
        }
        var best = double.PositiveInfinity;
        var bestModel = default(SimilarityTransform);
        Span<double> errors = stackalloc double[Math.Min(count, 128)];
        if (count > errors.Length)
            throw new ArgumentException($"At most {errors.Length} points can be fitted robustly; there are {count}.");
        Span<bool> pair = stackalloc bool[count];
        for (var i = 0; i < count; i++)
        {
            for (var j = i + 1; j < count; j++)
            {
                pair.Clear();
                pair[i] = pair[j] = true;
                var model = Fit(from, to, pair);
                if (!model.IsRegular)
                    continue; // the two points coincide
                model.SquaredErrors(from, to, errors);
                errors.Sort();
                var median = count % 2 == 1 ? errors[count / 2] : 0.5 * (errors[count / 2 - 1] + errors[count / 2]);
                if (median < best)
                    (best, bestModel) = (median, model);
            }
        }
        if (double.IsInfinity(best))
        {
            inliers.Fill(true);
            return Fit(from, to);
        }
        var sigma = Math.Max(0.001, 2.5 * 1.4826 * (1 + 5.0 / (count - 2)) * Math.Sqrt(best));
        bestModel.SquaredErrors(from, to, errors);
        for (var i = 0; i < count; i++)
            inliers[i] = errors[i] <= sigma * sigma;
        return Fit(from, to, inliers);
    }

    private void SquaredErrors(ReadOnlySpan<double> from, ReadOnlySpan<double> to, Span<double> errors)
    {
        for (var i = 0; i < from.Length / 2; i++)
        {
            var (x, y) = Apply(from[2 * i], from[2 * i + 1]);
            errors[i] = (x - to[2 * i]) * (x - to[2 * i]) + (y - to[2 * i + 1]) * (y - to[2 * i + 1]);
        }
    }
}
