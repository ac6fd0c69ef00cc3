namespace Samples.Data;

/// <summary>A sound file and what is said in it.</summary>
internal sealed class SampleClip
{
    public string Path { get; set; } = "";
    public string Label { get; set; } = "";
}
