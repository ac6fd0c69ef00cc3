namespace Transcribe;

/// <summary>One file to transcribe.</summary>
public sealed class MediaFile
{
    /// <summary>Its path.</summary>
    public string Path { get; set; } = "";
}
