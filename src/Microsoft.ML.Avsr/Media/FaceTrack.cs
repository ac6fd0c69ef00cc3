namespace Microsoft.ML.Avsr.Media;

/// <summary>One person's face through a clip.</summary>
/// <param name="Landmarks">Five points in every frame, in pixels of the source file; frames without a detection are filled between neighbours.</param>
/// <param name="FaceShare">Share of the examined frames in which the face was detected, 0 to 1.</param>
/// <param name="MeanScore">Mean certainty of its detections, 0 to 1.</param>
/// <param name="Faces">How many different faces the clip shows.</param>
public sealed record FaceTrack(FaceLandmarks Landmarks, double FaceShare, double MeanScore, int Faces);
