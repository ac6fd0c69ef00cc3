namespace Microsoft.ML.Avsr.Media;

/// <summary>
/// Finds the face by itself: detects in every n-th frame, follows faces by overlap, takes the largest or the one that speaks, fills the
/// frames between, and cuts out the mouth as <see cref="SteadyMouthLocator"/> or <see cref="LandmarkLocator"/> does.
/// </summary>
public sealed class FaceMouthLocator : IMouthRegionLocator
{
    private readonly IFaceDetector _detector;

    /// <summary>Makes a locator.</summary>
    /// <param name="detector">Finds faces; stays the caller's.</param>
    /// <param name="options">How faces are looked for and framed; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public FaceMouthLocator(IFaceDetector detector, FaceLocatorOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(detector);
        _detector = detector;
        Options = (options ?? new FaceLocatorOptions()).Validate();
    }

    /// <summary>The options in force.</summary>
    public FaceLocatorOptions Options { get; }

    /// <inheritdoc/>
    public VideoClip? Crop(VideoClip frames, out string? problem)
    {
        var region = Locate(frames, null);
        problem = region.Problem;
        return region.Mouth;
    }

    /// <inheritdoc/>
    public MouthRegion Locate(VideoClip frames, AudioClip? sound)
    {
        ArgumentNullException.ThrowIfNull(frames);
        var faces = Track(frames);
        if (faces.Count == 0)
            return new MouthRegion { FaceShare = 0, Problem = "No face was found in the video." };
        var face = faces[0];
        if (Options.Choice == FaceChoice.MovesWithSound && sound is not null && faces.Count > 1)
        {
            faces = SpeakingFace.Measure(faces, frames, sound);
            face = SpeakingFace.Choose(faces);
        }
        var region = new MouthRegion { Face = face, Faces = faces, FaceShare = face.FaceShare };
        if (face.FaceShare < Options.MinimumShare)
            return region with { Problem = FormattableString.Invariant($"A face was found in only {face.FaceShare:P0} of the examined frames.") };
        var mouth = Options.Framed(face.Landmarks).Crop(frames, out var problem);
        return region with { Mouth = mouth, Problem = problem };
    }

    /// <summary>Follows all faces.</summary>
    /// <param name="frames">The video.</param>
    /// <returns>The faces, the largest first.</returns>
    public IReadOnlyList<FaceTrack> Track(VideoClip frames)
    {
        ArgumentNullException.ThrowIfNull(frames);
        return FaceTracker.Track(_detector, frames, Options.EveryFrames);
    }
}
