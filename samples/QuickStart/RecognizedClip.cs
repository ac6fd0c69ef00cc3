using Microsoft.ML.Data;

namespace QuickStart;

/// <summary>What the pipeline adds to a row.</summary>
public sealed class RecognizedClip
{
    /// <summary>The media file.</summary>
    public string Path { get; set; } = "";

    /// <summary>What is really said.</summary>
    public string Transcript { get; set; } = "";

    /// <summary>What was recognised.</summary>
    public string Recognized { get; set; } = "";

    /// <summary>How sure the recogniser is, 0 to 1.</summary>
    [ColumnName("Recognized.Confidence")]
    public float Confidence { get; set; }

    /// <summary>Ok, or what is wrong with the media.</summary>
    [ColumnName("Recognized.Status")]
    public string Status { get; set; } = "";
}
