namespace Microsoft.ML.Avsr.Media;

/// <summary>What looking for the mouth in a clip gave.</summary>
public sealed record MouthRegion
{
    /// <summary>Mouth regions [frames, 96, 96], or null where there is none.</summary>
    public VideoClip? Mouth { get; init; }

    /// <summary>Why there is none; null where there is one.</summary>
    public string? Problem { get; init; }

    /// <summary>The face that was used; null where none was looked for or found.</summary>
    public FaceTrack? Face { get; init; }

    /// <summary>Share of the examined frames with the face, 0 to 1: 0 where none was found, null where none was looked for.</summary>
    public double? FaceShare { get; init; }

    /// <summary>All faces that were found, the largest first.</summary>
    public IReadOnlyList<FaceTrack> Faces { get; init; } = [];
}
