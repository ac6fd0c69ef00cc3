using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Data;

namespace Microsoft.ML.Avsr;

/// <summary>The columns (float) of quality signals beside a status.</summary>
internal static class QualityColumns
{
    /// <summary>Signals of sound and frames as they were decoded.</summary>
    public static readonly IReadOnlyList<string> OfMedia = [nameof(MediaQuality.AudioLevel), nameof(MediaQuality.Clipping), nameof(MediaQuality.FrameRate), nameof(MediaQuality.AudioOffset)];

    /// <summary>Signals of the face.</summary>
    public static readonly IReadOnlyList<string> OfFace = [nameof(MediaQuality.FaceShare), nameof(MediaQuality.FaceScore)];

    /// <summary>All signals.</summary>
    public static readonly IReadOnlyList<string> All = [.. OfMedia, .. OfFace];

    /// <summary>The columns behind a name.</summary>
    public static IEnumerable<DataViewSchema.DetachedColumn> Make(string prefix, IReadOnlyList<string> signals) =>
        signals.Select(signal => new DataViewSchema.DetachedColumn($"{prefix}.{signal}", NumberDataViewType.Single));

    /// <summary>The user's name of a saved chain's column, or null where it is none of these.</summary>
    public static string? UserName(string prefix, string fixedName) =>
        fixedName.StartsWith(SavedColumns.Quality, StringComparison.Ordinal) ? $"{prefix}.{fixedName[SavedColumns.Quality.Length..]}" : null;

    /// <summary>The value of a signal.</summary>
    public static float Value(MediaQuality? quality, string signal) => quality is null ? float.NaN : (float)(signal switch
    {
        nameof(MediaQuality.AudioLevel) => quality.AudioLevel,
        nameof(MediaQuality.Clipping) => quality.Clipping,
        nameof(MediaQuality.FrameRate) => quality.FrameRate,
        nameof(MediaQuality.AudioOffset) => quality.AudioOffset,
        nameof(MediaQuality.FaceShare) => quality.FaceShare,
        _ => quality.FaceScore,
    });
}
