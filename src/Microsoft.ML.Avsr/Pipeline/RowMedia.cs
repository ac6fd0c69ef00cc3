using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;

namespace Microsoft.ML.Avsr;

/// <summary>What became of one row's media.</summary>
/// <param name="Input">Sound and mouth crops; neither where nothing could be had.</param>
/// <param name="Status">What happened.</param>
/// <param name="Problem">Why the status is not <see cref="MediaStatus.Ok"/>.</param>
/// <param name="Quality">Signals that tell why the clip may be hard to recognise.</param>
internal sealed record RowMedia(SpeechInput Input, MediaStatus Status, string? Problem, MediaQuality Quality)
{
    public bool IsUsable => Input.Available != Modality.None;
}
