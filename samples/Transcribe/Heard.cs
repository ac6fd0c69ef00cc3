namespace Transcribe;

/// <summary>What was heard and seen in one file.</summary>
public sealed class Heard
{
    /// <summary>The file.</summary>
    public string Path { get; set; } = "";

    /// <summary>What was said.</summary>
    public string Text { get; set; } = "";

    /// <summary>How sure the model is, 0 to 1.</summary>
    public float Confidence { get; set; }

    /// <summary>What became of the media.</summary>
    public string Status { get; set; } = "";
}
