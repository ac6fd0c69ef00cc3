namespace Microsoft.ML.Avsr.Media;

/// <summary>The geometry of mouth alignment: one transform and one 96x96 box on the 256x256 canvas for every frame.</summary>
internal static class MouthAligner
{
    private const int Window = 12;
    private const int Half = 48;
    private const int Threshold = 5;
    private static readonly int[] s_autoAvsrStable = [28, 33, 36, 39, 42, 45, 48, 54];
    private static readonly int[] s_avHubertStable = [33, 36, 39, 42, 45];

    /// <summary>A frame's alignment.</summary>
    /// <param name="Transform">From frame pixels to the canvas.</param>
    /// <param name="CentreX">Mouth centre on the canvas.</param>
    /// <param name="CentreY">Mouth centre on the canvas.</param>
    internal readonly record struct Placement(SimilarityTransform Transform, double CentreX, double CentreY);

    /// <summary>Aligns every frame.</summary>
    /// <param name="landmarks">Points without gaps.</param>
    /// <param name="alignment">The variant.</param>
    /// <param name="face">Mean face [68, 2].</param>
    internal static Placement[] Align(FaceLandmarks landmarks, MouthAlignment alignment, ReadOnlySpan<double> face)
    {
        if (alignment == MouthAlignment.AvHubert)
        {
            if (landmarks.Points != 68)
                throw new ArgumentException($"{nameof(MouthAlignment)}.{nameof(MouthAlignment.AvHubert)} needs 68 points per frame, not {landmarks.Points}. Use {nameof(MouthAlignment.AutoAvsr)}.");
            return AlignAhead(landmarks, face);
        }
        return landmarks.Points == 68
            ? AlignCentred(landmarks, s_autoAvsrStable, Pick(face, s_autoAvsrStable), 48, 68)
            : AlignCentred(FourPoints(landmarks), [0, 1, 2, 3], MeanFace.FourPoints(face), 3, 4);
    }

    /// <summary>AV-HuBERT's box: moved so that it lies inside the canvas. End exclusive.</summary>
    internal static (int Top, int Bottom, int Left, int Right) ClampedBox(double centreX, double centreY)
    {
        var x = Clamp(centreX);
        var y = Clamp(centreY);
        return ((int)Math.Round(y) - Half, (int)Math.Round(y) + Half, (int)Math.Round(x) - Half, (int)Math.Round(x) + Half);

        static double Clamp(double centre)
        {
            if (centre - Half < 0)
                centre = Half;
            return centre + Half > MeanFace.Side ? MeanFace.Side - Half : centre;
        }
    }

    /// <summary>auto_avsr's box: cut at the canvas's edge; null where the centre is too far from the canvas's.</summary>
    internal static (int Top, int Bottom, int Left, int Right)? CutBox(double centreX, double centreY)
    {
        const double Middle = MeanFace.Side / 2.0;
        if (!(Math.Abs(centreX - Middle) <= Half + Threshold) || !(Math.Abs(centreY - Middle) <= Half + Threshold))
            return null;
        return (Edge(centreY - Half), Edge(centreY + Half), Edge(centreX - Half), Edge(centreX + Half));

        static int Edge(double value) => (int)Math.Round(Math.Clamp(value, 0, MeanFace.Side));
    }

    private static Placement[] AlignCentred(FaceLandmarks landmarks, int[] stable, double[] reference, int mouthFrom, int mouthTo)
    {
        var result = new Placement[landmarks.Frames];
        Span<bool> inliers = stackalloc bool[stable.Length];
        for (var t = 0; t < result.Length; t++)
        {
            var smoothed = SmoothCentred(landmarks, t);
            var transform = SimilarityTransform.FitRobust(Pick(smoothed, stable), reference, inliers);
            var (x, y) = Centre(smoothed, mouthFrom, mouthTo);
            (x, y) = transform.Apply(x, y);
            result[t] = new Placement(transform, x, y);
        }
        return result;
    }

    /// <summary>The mean over frames t - m to t + m, m = min(6, t, N - 1 - t), shifted back to the frame's own centroid [points, 2].</summary>
    internal static double[] SmoothCentred(FaceLandmarks landmarks, int t)
    {
        var margin = Math.Min(Window / 2, Math.Min(t, landmarks.Frames - 1 - t));
        var mean = Mean(landmarks, t - margin, t + margin + 1);
        var (ownX, ownY) = Centre(landmarks.Frame(t), 0, landmarks.Points);
        var (x, y) = Centre(mean, 0, landmarks.Points);
        for (var i = 0; i < mean.Length; i += 2)
        {
            mean[i] += ownX - x;
            mean[i + 1] += ownY - y;
        }
        return mean;
    }

    private static Placement[] AlignAhead(FaceLandmarks landmarks, ReadOnlySpan<double> face)
    {
        var reference = Pick(face, s_avHubertStable);
        var margin = Math.Min(Window, landmarks.Frames);
        var result = new Placement[landmarks.Frames];
        var transform = default(SimilarityTransform);
        for (var t = 0; t < result.Length; t++)
        {
            if (t + margin <= landmarks.Frames) // the last frames keep the last transform
                transform = SimilarityTransform.Fit(Pick(Mean(landmarks, t, t + margin), s_avHubertStable), reference);
            var (x, y) = Centre(landmarks.Frame(t), 48, 68);
            (x, y) = transform.Apply(x, y);
            result[t] = new Placement(transform, x, y);
        }
        return result;
    }

    // Eyes, nose tip, then the mouth's centre: the middle of its corners where five points are given.
    private static FaceLandmarks FourPoints(FaceLandmarks landmarks)
    {
        if (landmarks.Points == 4)
            return landmarks;
        var four = new double[landmarks.Frames * 8]; // [frames, 4, 2]
        for (var t = 0; t < landmarks.Frames; t++)
        {
            var from = landmarks.Frame(t);
            var to = four.AsSpan(t * 8, 8);
            from[..6].CopyTo(to);
            to[6] = (from[6] + from[8]) / 2;
            to[7] = (from[7] + from[9]) / 2;
        }
        return new FaceLandmarks(four, 4, landmarks.Detected);
    }

    private static double[] Mean(FaceLandmarks landmarks, int from, int to)
    {
        var sum = new double[landmarks.Points * 2];
        for (var t = from; t < to; t++)
        {
            var frame = landmarks.Frame(t);
            for (var i = 0; i < sum.Length; i++)
                sum[i] += frame[i];
        }
        for (var i = 0; i < sum.Length; i++)
            sum[i] /= to - from;
        return sum;
    }

    private static (double X, double Y) Centre(ReadOnlySpan<double> points, int from, int to)
    {
        double x = 0, y = 0;
        for (var p = from; p < to; p++)
        {
            x += points[2 * p];
            y += points[2 * p + 1];
        }
        return (x / (to - from), y / (to - from));
    }

    private static double[] Pick(ReadOnlySpan<double> points, int[] indices)
    {
        var result = new double[indices.Length * 2];
        for (var i = 0; i < indices.Length; i++)
        {
            result[2 * i] = points[2 * indices[i]];
            result[2 * i + 1] = points[2 * indices[i] + 1];
        }
        return result;
    }
}
