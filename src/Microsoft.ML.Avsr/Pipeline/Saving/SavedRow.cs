using Microsoft.ML.Avsr.Media;
using Microsoft.ML.Data;

namespace Microsoft.ML.Avsr;

/// <summary>What the recognising stage of a saved chain reads: the payload, and a row's media.</summary>
internal abstract class SavedRow
{
    // A buffer, not strings: reading it copies references, while strings would copy all weights for every row.
    [ColumnName(SavedColumns.Payload)]
    public VBuffer<ReadOnlyMemory<char>> Payload { get; set; }

    /// <summary>The row's media.</summary>
    public abstract MediaReference GetMedia();
}
