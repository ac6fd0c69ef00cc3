namespace Microsoft.ML.Avsr.Media;

/// <summary>One person's face through a clip. All positions are in pixels of the source file.</summary>
public sealed record FaceTrack
{
    /// <summary>Five points in every frame; frames without a detection are filled between neighbours.</summary>
    public required FaceLandmarks Landmarks { get; init; }

    /// <summary>The frames in which the face was detected, in order, and the detections.</summary>
    public required IReadOnlyList<(int Frame, FaceDetection Face)> Detections { get; init; }

    /// <summary>Share of the examined frames in which the face was detected, 0 to 1.</summary>
    public required double FaceShare { get; init; }

    /// <summary>Mean certainty of its detections, 0 to 1.</summary>
    public double MeanScore => Detections.Average(d => d.Face.Score);

    /// <summary>How well the mouth's movement follows the sound: their largest correlation, -1 to 1; null where it was not measured.</summary>
    public double? SoundMatch { get; init; }
}
