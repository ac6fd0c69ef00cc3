using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Data;

namespace Microsoft.ML.Avsr;

/// <summary>Signals of sound and frames that a stage of a saved chain writes.</summary>
internal abstract class SavedMediaQuality
{
    [ColumnName(SavedColumns.AudioLevel)]
    public float AudioLevel { get; set; }

    [ColumnName(SavedColumns.Clipping)]
    public float Clipping { get; set; }

    [ColumnName(SavedColumns.FrameRate)]
    public float FrameRate { get; set; }

    [ColumnName(SavedColumns.AudioOffset)]
    public float AudioOffset { get; set; }

    /// <summary>Takes the signals over.</summary>
    public virtual void Set(MediaQuality quality) => (AudioLevel, Clipping, FrameRate, AudioOffset) =
        ((float)quality.AudioLevel, (float)quality.Clipping, (float)quality.FrameRate, (float)quality.AudioOffset);
}

/// <summary>What the recognising stage of a saved chain writes.</summary>
internal sealed class SavedResult : SavedMediaQuality
{
    [ColumnName(SavedColumns.FaceShare)]
    public float FaceShare { get; set; }

    [ColumnName(SavedColumns.FaceScore)]
    public float FaceScore { get; set; }

    public override void Set(MediaQuality quality)
    {
        base.Set(quality);
        (FaceShare, FaceScore) = ((float)quality.FaceShare, (float)quality.FaceScore);
    }

    [ColumnName(SavedColumns.Transcript)]
    public string Transcript { get; set; } = "";

    [ColumnName(SavedColumns.Confidence)]
    public float Confidence { get; set; }

    [ColumnName(SavedColumns.Status)]
    public string Status { get; set; } = "";

    [ColumnName(SavedColumns.Modality)]
    public string Modality { get; set; } = "";
}
