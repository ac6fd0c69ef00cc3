namespace Samples.Data;

/// <summary>What was said, and what two recognisers heard.</summary>
internal sealed class Sentence
{
    public string Label { get; set; } = "";
    public string Transcript { get; set; } = "";
    public string Other { get; set; } = "";
}
