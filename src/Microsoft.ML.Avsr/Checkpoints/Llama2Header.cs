namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>The seven numbers at the start of a llama2.c model file (version 0).</summary>
/// <param name="Width">Model width.</param>
/// <param name="FeedForward">Width of the feed-forward layers.</param>
/// <param name="Layers">Number of blocks.</param>
/// <param name="Heads">Attention heads.</param>
/// <param name="KeyValueHeads">Heads of keys and values.</param>
/// <param name="VocabularySize">Tokens in the vocabulary.</param>
/// <param name="MaxPositions">Longest sequence the file has rotary tables for.</param>
/// <param name="TiedEmbeddings">True when the output layer is the embedding table.</param>
public sealed record Llama2Header(
    int Width, int FeedForward, int Layers, int Heads, int KeyValueHeads, int VocabularySize, int MaxPositions, bool TiedEmbeddings)
{
    /// <summary>Width of one head.</summary>
    public int HeadSize => Width / Heads;

    /// <summary>Width of all keys, or of all values, of one position.</summary>
    public int KeyValueWidth => KeyValueHeads * HeadSize;
}
