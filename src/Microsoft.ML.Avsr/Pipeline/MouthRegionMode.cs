namespace Microsoft.ML.Avsr;

/// <summary>Where the mouth is in the frames.</summary>
public enum MouthRegionMode
{
    /// <summary>The frames show only the mouth region: each is resized to 96 x 96.</summary>
    AlreadyCropped,

    /// <summary>One box for all clips: <see cref="AvsrEstimator.Options.MouthBox"/>.</summary>
    FixedBox,

    /// <summary>A box per row, in the four columns <see cref="AvsrEstimator.Options.MouthBoxColumnNames"/>.</summary>
    BoxColumns,

    /// <summary>
    /// The largest face is found and followed, and its mouth aligned; needs the weights of a face detector,
    /// <see cref="AvsrEstimator.Options.FaceDetectorPath"/>.
    /// </summary>
    DetectedFace,

    /// <summary>
    /// Points of the face come from a file per row (<see cref="Media.LandmarkFile"/>), whose path is in the column
    /// <see cref="AvsrEstimator.Options.LandmarkColumnName"/>.
    /// </summary>
    LandmarkColumn,
}
