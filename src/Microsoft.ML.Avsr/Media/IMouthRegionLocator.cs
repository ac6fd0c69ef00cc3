namespace Microsoft.ML.Avsr.Media;

/// <summary>Cuts the mouth region out of frames.</summary>
public interface IMouthRegionLocator
{
    /// <summary>Cuts the mouth out of every frame.</summary>
    /// <param name="frames">Frames [frames, height, width].</param>
    /// <param name="problem">Why there is no result, or null.</param>
    /// <returns>Mouth regions [frames, 96, 96] at the same rate, or null where no mouth could be found.</returns>
    VideoClip? Crop(VideoClip frames, out string? problem);

    /// <summary>Cuts the mouth out of every frame and tells what is known about the face.</summary>
    /// <param name="frames">Frames [frames, height, width].</param>
    /// <param name="sound">The sound of the same time, for locators that choose the face that speaks; null where there is none.</param>
    MouthRegion Locate(VideoClip frames, AudioClip? sound)
    {
        var mouth = Crop(frames, out var problem);
        return new MouthRegion { Mouth = mouth, Problem = problem };
    }
}
