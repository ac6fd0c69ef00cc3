using Microsoft.ML.Data;

namespace AutoMl;

/// <summary>One row of the CSV file: path, split, speaker, transcript.</summary>
public sealed class Clip
{
    /// <summary>The media file.</summary>
    [LoadColumn(0)]
    public string Path { get; set; } = "";

    /// <summary>What is said in it.</summary>
    [LoadColumn(3)]
    public string Transcript { get; set; } = "";
}
