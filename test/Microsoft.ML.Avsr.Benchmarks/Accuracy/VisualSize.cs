namespace Microsoft.ML.Avsr.Accuracy;

/// <summary>The sizes of the visual encoder that are compared. Both train from scratch.</summary>
internal enum VisualSize
{
    /// <summary>The Tiny preset's, 1.4 million parameters.</summary>
    Tiny,

    /// <summary>Half its channels and width, and one transformer block.</summary>
    Half,
}
