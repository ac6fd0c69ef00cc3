using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using Microsoft.ML.Data;

namespace Microsoft.ML.Avsr;

/// <summary>Reads clips and what is said in them, with both streams, as a transformer would see them.</summary>
internal static class LabelledClips
{
    public static (IReadOnlyList<SpeechInput> Inputs, IReadOnlyList<string> Labels) Read(
        AvsrTransformer transformer, IDataView data, string labelColumnName, CancellationToken cancellationToken)
    {
        var labelColumn = new InputColumn(labelColumnName, "label", TextDataViewType.Instance).Bind(data.Schema);
        var settings = transformer.Settings with { Modality = RecognitionModality.Auto };
        var mediaColumns = transformer.Stage.Inputs.Select(input => input.Bind(data.Schema)).ToArray();
        using var cursor = data.GetRowCursor(mediaColumns.Append(labelColumn).DistinctBy(column => column.Index));
        var columns = new MediaColumns(settings, cursor, mediaColumns);
        var label = cursor.GetGetter<ReadOnlyMemory<char>>(labelColumn);
        var references = new List<MediaReference>();
        var labels = new List<string>();
        ReadOnlyMemory<char> text = default;
        while (cursor.MoveNext())
        {
            references.Add(columns.Read());
            label(ref text);
            labels.Add(text.ToString());
        }
        using var loader = new MediaLoader(settings, transformer.Model.Supported);
        var media = loader.Load(references, settings.Parallelism, cancellationToken);
        return ([.. media.Select(m => m.Input)], labels);
    }
}
