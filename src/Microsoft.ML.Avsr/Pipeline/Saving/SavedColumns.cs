using Microsoft.ML.Avsr.Media;

namespace Microsoft.ML.Avsr;

/// <summary>The column names that a saved chain uses inside. Custom mappings find their columns by fixed names after loading.</summary>
internal static class SavedColumns
{
    public const string Media = "Microsoft.ML.Avsr.Media";
    public const string Audio = "Microsoft.ML.Avsr.Audio";
    public const string Video = "Microsoft.ML.Avsr.Video";
    public const string AudioFeatures = "Microsoft.ML.Avsr.Features.Audio";
    public const string VideoFeatures = "Microsoft.ML.Avsr.Features.Video";
    public const string BoxX = "Microsoft.ML.Avsr.Box.X";
    public const string BoxY = "Microsoft.ML.Avsr.Box.Y";
    public const string BoxWidth = "Microsoft.ML.Avsr.Box.Width";
    public const string BoxHeight = "Microsoft.ML.Avsr.Box.Height";
    public const string Landmarks = "Microsoft.ML.Avsr.Landmarks";
    public const string Key = "Microsoft.ML.Avsr.Key";
    public const string Payload = "Microsoft.ML.Avsr.Payload";
    public const string Transcript = "Microsoft.ML.Avsr.Transcript";
    public const string Confidence = "Microsoft.ML.Avsr.Transcript.Confidence";
    public const string Status = "Microsoft.ML.Avsr.Transcript.Status";
    public const string Modality = "Microsoft.ML.Avsr.Transcript.Modality";
    public const string Quality = "Microsoft.ML.Avsr.Quality.";
    public const string AudioLevel = Quality + nameof(MediaQuality.AudioLevel);
    public const string Clipping = Quality + nameof(MediaQuality.Clipping);
    public const string FrameRate = Quality + nameof(MediaQuality.FrameRate);
    public const string AudioOffset = Quality + nameof(MediaQuality.AudioOffset);
    public const string FaceShare = Quality + nameof(MediaQuality.FaceShare);
    public const string FaceScore = Quality + nameof(MediaQuality.FaceScore);

    /// <summary>The key that the payload is looked up by.</summary>
    public const string KeyValue = "avsr";
}
