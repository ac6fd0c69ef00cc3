namespace QuickStart;

/// <summary>One row of a corpus: the columns that the pipeline reads.</summary>
public sealed class ClipRow
{
    /// <summary>The media file.</summary>
    public string Path { get; set; } = "";

    /// <summary>What is said in it.</summary>
    public string Transcript { get; set; } = "";

    /// <summary>train, test, or another name.</summary>
    public string Split { get; set; } = "";

    /// <summary>Who speaks.</summary>
    public string Speaker { get; set; } = "";
}
