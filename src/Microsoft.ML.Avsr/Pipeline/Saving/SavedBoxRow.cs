using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Data;

namespace Microsoft.ML.Avsr;

/// <summary>A mouth box beside media.</summary>
internal abstract class SavedBoxRow : SavedRow
{
    [ColumnName(SavedColumns.BoxX)]
    public float X { get; set; }

    [ColumnName(SavedColumns.BoxY)]
    public float Y { get; set; }

    [ColumnName(SavedColumns.BoxWidth)]
    public float Width { get; set; }

    [ColumnName(SavedColumns.BoxHeight)]
    public float Height { get; set; }

    protected MouthBox GetBox() => new(X, Y, Width, Height);
}
