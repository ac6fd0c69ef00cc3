using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Avsr.Recognition;

namespace Microsoft.ML.Avsr;

/// <summary>Recognition at work on the rows of one cursor: media is decoded side by side, then all clips of a block are transcribed together.</summary>
internal sealed class AvsrWork(
    SharedModel model, MediaLoader loader, RecognitionSettings settings, MediaColumns columns, bool[] active, int slots, CancellationToken cancellationToken) : RowWork
{
    private const int Status = 2;
    private const int Modality = 3; // signals of quality follow

    private readonly MediaReference[] _references = new MediaReference[slots];
    private readonly AvsrRow[] _rows = new AvsrRow[slots];

    // Status and quality need the media, not the model.
    private readonly bool _transcribes = active.Where((asked, output) => asked && output != Status && output <= Modality).Any();

    public override void Capture(int slot) => _references[slot] = columns.Read();

    public override void Compute(int count)
    {
        var media = loader.Load(new ArraySegment<MediaReference>(_references, 0, count), settings.Parallelism, cancellationToken);
        var transcriptions = _transcribes
            ? model.Recognizer.Transcribe([.. media.Select(m => m.Input.Restrict(settings.Wanted))], cancellationToken)
            : null;
        for (var i = 0; i < count; i++)
            _rows[i] = AvsrRow.Create(media[i], transcriptions?[i] ?? Transcription.Nothing);
    }

    public override Delegate Getter(int output, Func<int> current) => output switch
    {
        0 => Read(current, slot => _rows[slot].Transcript.AsMemory()),
        1 => Read(current, slot => _rows[slot].Confidence),
        Status => Read(current, slot => _rows[slot].Status.AsMemory()),
        Modality => Read(current, slot => _rows[slot].Modality.AsMemory()),
        _ => Read(current, slot => QualityColumns.Value(_rows[slot].Quality, QualityColumns.All[output - Modality - 1])),
    };
}

/// <summary>The output values of one row.</summary>
internal readonly record struct AvsrRow(string Transcript, float Confidence, string Status, string Modality, MediaQuality Quality)
{
    public static AvsrRow Create(RowMedia media, Transcription transcription) =>
        new(transcription.Text, transcription.Confidence, media.Status.ToString(), transcription.Modality.ToString(), media.Quality);
}
