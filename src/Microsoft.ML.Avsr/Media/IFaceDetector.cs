namespace Microsoft.ML.Avsr.Media;

/// <summary>Finds faces.</summary>
public interface IFaceDetector
{
    /// <summary>Finds the faces of some frames of a clip.</summary>
    /// <param name="video">The clip.</param>
    /// <param name="frames">Which frames.</param>
    /// <returns>For each of the frames its faces, the most certain first.</returns>
    IReadOnlyList<IReadOnlyList<FaceDetection>> Detect(VideoClip video, IReadOnlyList<int> frames);
}
