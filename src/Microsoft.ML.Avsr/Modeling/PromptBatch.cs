using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>A batch of assembled language-model inputs (spec of the reference: section 6.4), padded on the right.</summary>
public sealed class PromptBatch
{
    internal PromptBatch(Tensor embeddings, int[] lengths, long[] labelPositions, long[] labels)
    {
        Embeddings = embeddings;
        Lengths = lengths;
        LabelPositions = labelPositions;
        Labels = labels;
    }

    /// <summary>Input embeddings, [batch, length, width].</summary>
    public Tensor Embeddings { get; }

    /// <summary>Real length of each row.</summary>
    public IReadOnlyList<int> Lengths { get; }

    /// <summary>Position of each row's first text token: what stands before it is not transcript. Empty where it is not known.</summary>
    public IReadOnlyList<int> TextStarts { get; init; } = [];

    /// <summary>Positions whose output predicts a label, as indices into the flattened [batch * length]; empty without transcripts.</summary>
    public long[] LabelPositions { get; }

    /// <summary>The label at each of <see cref="LabelPositions"/>: the transcript's tokens and the end token.</summary>
    public long[] Labels { get; }
}
