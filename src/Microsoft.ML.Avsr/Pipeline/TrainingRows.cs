using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Training;

namespace Microsoft.ML.Avsr;

/// <summary>Reads training rows: decodes their media side by side, and sorts out those that cannot be learned from.</summary>
internal sealed class TrainingRows(RecognitionSettings settings, AvsrEstimator.Options options)
{
    private const int Block = 64;
    private const int MostReported = 20;

    public (List<TrainingExample> Examples, List<SkippedRow> Skipped) Read(IDataView input, AvsrLog.Channel log)
    {
        var modalities = options.Training.Modalities;
        // The modality option is about recognition; training uses the streams that the training options name.
        using var loader = new MediaLoader(settings with { Modality = RecognitionModality.Auto }, modalities);
        var stage = new AvsrStage(settings);
        var mediaColumns = stage.Inputs.Select(column => column.Bind(input.Schema)).ToArray();
        var labelColumn = input.Schema[options.LabelColumnName];
        using var cursor = input.GetRowCursor(mediaColumns.Append(labelColumn).DistinctBy(column => column.Index));
        var columns = new MediaColumns(settings, cursor, mediaColumns);
        var label = cursor.GetGetter<ReadOnlyMemory<char>>(labelColumn);

        var examples = new List<TrainingExample>();
        var skipped = new List<SkippedRow>();
        var block = new List<(MediaReference Media, string Label)>(Block);
        int? audioWidth = null, videoWidth = null;
        var row = 0L;
        var more = true;
        var total = input.GetRowCount();
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (more)
        {
            more = cursor.MoveNext();
            if (more)
            {
                ReadOnlyMemory<char> text = default;
                label(ref text);
                block.Add((columns.Read(), text.ToString().Trim()));
            }
            if (block.Count < Block && more)
                continue;
            options.CancellationToken.ThrowIfCancellationRequested();
            var media = block.Count == 0 ? [] : loader.Load([.. block.Select(b => b.Media)], options.Parallelism, options.CancellationToken);
            for (var i = 0; i < block.Count; i++, row++)
                Sort(row, block[i].Media, block[i].Label, media[i]);
            block.Clear();
            ReportProgress();
        }
        if (skipped.Count > MostReported)
            log.Warning($"{skipped.Count - MostReported} more rows were skipped; the training report names them all.");
        return (examples, skipped);

        void ReportProgress()
        {
            if (row == 0 || options.Progress is null)
                return;
            var rows = Math.Max(row, more ? total ?? row + 1 : row);
            options.Progress.Report(new AvsrProgress("reading clips", (int)row, (int)rows, 1, null, row / clock.Elapsed.TotalSeconds,
                clock.Elapsed / row * (rows - row)));
        }

        static string? Differing(ref int? first, int? width, string stream)
        {
            first ??= width;
            return width is null || width == first ? null : $"Its {stream} features are {width} wide, those of the rows before {first}.";
        }

        void Sort(long number, MediaReference reference, string words, RowMedia loaded)
        {
            var source = reference.Describe(number);
            var widths = (loaded.Input.AudioFeatures?.Width, loaded.Input.VideoFeatures?.Width);
            var differing = Differing(ref audioWidth, widths.Item1, "audio") ?? Differing(ref videoWidth, widths.Item2, "video");
            var usable = (loaded.Input.Available & modalities) != Modality.None && differing is null;
            if (usable && words.Length > 0)
            {
                examples.Add(new TrainingExample(loaded.Input, words, source));
                if (loaded.Status != MediaStatus.Ok)
                    log.WarningAboutData($"{source}: {loaded.Status}: {loaded.Problem} The rest of it is used.");
                return;
            }
            var reason = usable ? "The label is empty." : differing ?? loaded.Problem ?? $"It has no {modalities} stream.";
            skipped.Add(new SkippedRow(number, source, loaded.Status, reason));
            if (skipped.Count <= MostReported)
                log.WarningAboutData($"Skipped {source}: {loaded.Status}: {reason}");
        }
    }
}
