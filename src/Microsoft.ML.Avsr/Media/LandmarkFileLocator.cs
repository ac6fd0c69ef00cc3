namespace Microsoft.ML.Avsr.Media;

/// <summary>
/// Cuts mouth regions out of one clip with the help of landmarks that were computed elsewhere and lie in a file. A file that cannot be used is
/// a <see cref="MouthRegion.Problem"/>, never an exception.
/// </summary>
public sealed class LandmarkFileLocator : IMouthRegionLocator
{
    private readonly string _path;
    private readonly FaceLocatorOptions _options;

    /// <summary>Makes a locator for one clip.</summary>
    /// <param name="path">A file that <see cref="LandmarkFile"/> reads, with as many frames as the clip; points in pixels of the source file.</param>
    /// <param name="options">How mouths are framed, and in how many frames the face must be found; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public LandmarkFileLocator(string path, FaceLocatorOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        _path = path;
        _options = (options ?? new FaceLocatorOptions()).Validate();
    }

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
        if (string.IsNullOrWhiteSpace(_path))
            return new MouthRegion { Problem = "The row names no landmark file." };
        FaceLandmarks landmarks;
        try
        {
            landmarks = LandmarkFile.Read(_path);
        }
        catch (MediaException e)
        {
            return new MouthRegion { Problem = e.Message };
        }
        var share = landmarks.DetectedShare;
        if (share < _options.MinimumShare)
            return new MouthRegion { FaceShare = share, Problem = FormattableString.Invariant($"Landmarks '{_path}' have a face in only {share:P0} of the frames.") };
        var mouth = _options.Framed(landmarks).Crop(frames, out var problem);
        return new MouthRegion { Mouth = mouth, Problem = problem is null ? null : $"Landmarks '{_path}': {problem}", FaceShare = share };
    }
}
