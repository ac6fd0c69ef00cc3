namespace Microsoft.ML.Avsr.Media;

/// <summary>
/// Finds the face by itself: detects in every n-th frame, follows faces by overlap, takes the largest, fills the frames between, and cuts
/// the aligned mouth region as <see cref="LandmarkLocator"/> does.
/// </summary>
public sealed class FaceMouthLocator : IMouthRegionLocator
{
    private const double SameFace = 0.3; // least overlap of one face's boxes in successive examined frames
    private const double LostAfter = 1.0; // seconds

    private readonly IFaceDetector _detector;
    private readonly int _everyFrames;
    private readonly double _minimumShare;

    /// <summary>Makes a locator.</summary>
    /// <param name="detector">Finds faces; stays the caller's.</param>
    /// <param name="everyFrames">Detect in every n-th frame, 1 to 100; points between are interpolated.</param>
    /// <param name="minimumShare">Clips whose face is found in fewer of the examined frames have no result, 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public FaceMouthLocator(IFaceDetector detector, int everyFrames = 5, double minimumShare = 0.1)
    {
        ArgumentNullException.ThrowIfNull(detector);
        if (everyFrames is < 1 or > 100)
            throw new ArgumentOutOfRangeException(nameof(everyFrames), everyFrames, "Must be 1 to 100.");
        if (!(minimumShare is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(minimumShare), minimumShare, "Must be 0 to 1.");
        _detector = detector;
        _everyFrames = everyFrames;
        _minimumShare = minimumShare;
    }

    /// <inheritdoc/>
    public VideoClip? Crop(VideoClip frames, out string? problem)
    {
        var track = Track(frames);
        if (track is null)
        {
            problem = "No face was found in the video.";
            return null;
        }
        if (track.FaceShare < _minimumShare)
        {
            problem = FormattableString.Invariant($"A face was found in only {track.FaceShare:P0} of the examined frames.");
            return null;
        }
        return new LandmarkLocator(track.Landmarks).Crop(frames, out problem);
    }

    /// <summary>Follows the largest face.</summary>
    /// <param name="frames">The video.</param>
    /// <returns>Its track, or null where no face was found.</returns>
    public FaceTrack? Track(VideoClip frames)
    {
        ArgumentNullException.ThrowIfNull(frames);
        var examined = Enumerable.Range(0, frames.Frames).Where(t => t % _everyFrames == 0 || t == frames.Frames - 1).ToArray();
        var detections = _detector.Detect(frames, examined);
        var tracks = new List<Candidate>();
        for (var i = 0; i < examined.Length; i++)
        {
            var free = tracks.Where(t => (examined[i] - t.LastFrame) / frames.FrameRate <= LostAfter).ToList();
            foreach (var face in detections[i])
            {
                var best = free.MaxBy(t => t.Last.Overlap(face));
                if (best is not null && best.Last.Overlap(face) >= SameFace)
                    free.Remove(best);
                else
                    tracks.Add(best = new Candidate());
                best.Add(examined[i], face);
            }
        }
        // The largest over the whole clip: a big face that passes by does not win.
        var chosen = tracks.MaxBy(t => t.TotalArea);
        if (chosen is null)
            return null;
        var points = new double[frames.Frames * 10]; // [frames, 5, 2]
        var detected = new bool[frames.Frames];
        foreach (var (frame, face) in chosen.Faces)
        {
            for (var k = 0; k < 10; k++)
                points[frame * 10 + k] = face.Points[k] / frames.SourceScale;
            detected[frame] = true;
        }
        var landmarks = new FaceLandmarks(points, 5, detected).Interpolate()!;
        return new FaceTrack(landmarks, chosen.Faces.Count / (double)examined.Length, chosen.Faces.Average(f => f.Face.Score), tracks.Count);
    }

    private sealed class Candidate
    {
        internal List<(int Frame, FaceDetection Face)> Faces { get; } = [];

        internal int LastFrame => Faces[^1].Frame;

        internal FaceDetection Last => Faces[^1].Face;

        internal double TotalArea { get; private set; }

        internal void Add(int frame, FaceDetection face)
        {
            Faces.Add((frame, face));
            TotalArea += face.Width * face.Height;
        }
    }
}
