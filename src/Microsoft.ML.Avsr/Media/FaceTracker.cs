namespace Microsoft.ML.Avsr.Media;

/// <summary>Follows faces through a clip by the overlap of their boxes.</summary>
internal static class FaceTracker
{
    private const double SameFace = 0.3; // least overlap of one face's boxes in successive examined frames
    private const double LostAfter = 1.0; // seconds

    /// <summary>Finds all faces of a clip, the largest over the whole clip first: a big face that passes by does not win.</summary>
    internal static IReadOnlyList<FaceTrack> Track(IFaceDetector detector, VideoClip frames, int everyFrames)
    {
        var examined = Enumerable.Range(0, frames.Frames).Where(t => t % everyFrames == 0 || t == frames.Frames - 1).ToArray();
        var detections = detector.Detect(frames, examined);
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
        return [.. tracks.OrderByDescending(t => t.TotalArea).Select(t => t.ToTrack(frames, examined.Length))];
    }

    private sealed class Candidate
    {
        private readonly List<(int Frame, FaceDetection Face)> _faces = [];

        internal int LastFrame => _faces[^1].Frame;

        internal FaceDetection Last => _faces[^1].Face;

        internal double TotalArea { get; private set; }

        internal void Add(int frame, FaceDetection face)
        {
            _faces.Add((frame, face));
            TotalArea += face.Width * face.Height;
        }

        internal FaceTrack ToTrack(VideoClip frames, int examined)
        {
            var points = new double[frames.Frames * 10]; // [frames, 5, 2]
            var detected = new bool[frames.Frames];
            var detections = _faces.ConvertAll(f => (f.Frame, f.Face.Scaled(1 / frames.SourceScale)));
            foreach (var (frame, face) in detections)
            {
                for (var k = 0; k < 10; k++)
                    points[frame * 10 + k] = face.Points[k];
                detected[frame] = true;
            }
            return new FaceTrack
            {
                Landmarks = new FaceLandmarks(points, 5, detected).Interpolate()!,
                Detections = detections,
                FaceShare = detections.Count / (double)examined,
            };
        }
    }
}
