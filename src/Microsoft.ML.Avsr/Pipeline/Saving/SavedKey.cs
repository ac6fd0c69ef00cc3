using Microsoft.ML.Data;

namespace Microsoft.ML.Avsr;

/// <summary>A row without columns.</summary>
internal sealed class SavedNothing;

/// <summary>The constant key.</summary>
internal sealed class SavedKey
{
    [ColumnName(SavedColumns.Key)]
    public string Key { get; set; } = SavedColumns.KeyValue;
}
