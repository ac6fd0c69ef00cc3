namespace Microsoft.ML.Avsr.Media;

/// <summary>Points of one face in every frame of a clip: x, y in pixels of the source file; frames without a detection are marked.</summary>
public sealed class FaceLandmarks
{
    /// <summary>Wraps coordinates.</summary>
    /// <param name="coordinates">[frames, points, 2]: x, y.</param>
    /// <param name="points">Points per frame: 68 (iBUG order), 5 (eyes, nose tip, mouth corners) or 4 (right eye, left eye, nose tip, mouth centre).</param>
    /// <param name="detected">For each frame whether its points are real; null = all.</param>
    /// <exception cref="ArgumentException">The lengths do not fit together, or a detected coordinate is not finite.</exception>
    public FaceLandmarks(ReadOnlyMemory<double> coordinates, int points, IReadOnlyList<bool>? detected = null)
    {
        if (points is not (4 or 5 or 68))
            throw new ArgumentException($"{points} points per frame; 4, 5 or 68 are known.", nameof(points));
        if (coordinates.Length % (points * 2) != 0)
            throw new ArgumentException($"{coordinates.Length} coordinates are not whole frames of {points} points.", nameof(coordinates));
        Frames = coordinates.Length / (points * 2);
        if (detected is not null && detected.Count != Frames)
            throw new ArgumentException($"{detected.Count} marks for {Frames} frames.", nameof(detected));
        Coordinates = coordinates;
        Points = points;
        Detected = detected ?? Enumerable.Repeat(true, Frames).ToArray();
        for (var t = 0; t < Frames; t++)
        {
            foreach (var value in Detected[t] ? Frame(t) : [])
            {
                if (!double.IsFinite(value))
                    throw new ArgumentException($"A coordinate of frame {t} is not finite.", nameof(coordinates));
            }
        }
    }

    /// <summary>[frames, points, 2].</summary>
    public ReadOnlyMemory<double> Coordinates { get; }

    /// <summary>Number of frames.</summary>
    public int Frames { get; }

    /// <summary>Points per frame.</summary>
    public int Points { get; }

    /// <summary>For each frame whether its points are real.</summary>
    public IReadOnlyList<bool> Detected { get; }

    /// <summary>Share of frames with a detection, 0 to 1.</summary>
    public double DetectedShare => Frames == 0 ? 0 : Detected.Count(d => d) / (double)Frames;

    /// <summary>The points of one frame [points, 2].</summary>
    /// <param name="index">Frame number from 0.</param>
    public ReadOnlySpan<double> Frame(int index) => Coordinates.Span.Slice(index * Points * 2, Points * 2);

    /// <summary>Fills frames without a detection: linearly between neighbours, with the nearest at both ends.</summary>
    /// <returns>Landmarks in which every frame counts as detected, or null where there is no detection at all.</returns>
    public FaceLandmarks? Interpolate()
    {
        var known = Enumerable.Range(0, Frames).Where(t => Detected[t]).ToArray();
        if (known.Length == 0)
            return null;
        var filled = Coordinates.ToArray(); // [frames, points, 2]
        var width = Points * 2;
        var next = 0;
        for (var t = 0; t < Frames; t++)
        {
            while (next < known.Length && known[next] < t)
                next++;
            var target = filled.AsSpan(t * width, width);
            if (next == 0)
            {
                Frame(known[0]).CopyTo(target);
            }
            else if (next == known.Length)
            {
                Frame(known[^1]).CopyTo(target);
            }
            else if (known[next] != t)
            {
                var before = Frame(known[next - 1]);
                var after = Frame(known[next]);
                var share = (t - known[next - 1]) / (double)(known[next] - known[next - 1]);
                for (var i = 0; i < width; i++)
                    target[i] = before[i] + (after[i] - before[i]) * share;
            }
        }
        return new FaceLandmarks(filled, Points);
    }

    /// <summary>The same points in pixels of frames that are <paramref name="scale"/> times as large.</summary>
    internal FaceLandmarks Scaled(double scale) =>
        scale == 1 ? this : new FaceLandmarks(Coordinates.ToArray().Select(v => v * scale).ToArray(), Points, Detected);
}
