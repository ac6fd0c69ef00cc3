using Microsoft.ML.Avsr.Modeling;

namespace Microsoft.ML.Avsr.Training;

/// <summary>Compressed encoder features of clips, computed once or in every step.</summary>
internal interface IFeatureSource
{
    /// <summary>Whether a clip has features.</summary>
    /// <param name="clip">The clip.</param>
    bool Has(int clip);

    /// <summary>About how many tokens a clip has at most.</summary>
    /// <param name="clip">The clip.</param>
    int Length(int clip);

    /// <summary>A padded batch, prepared without tensors.</summary>
    /// <param name="clips">The clips; each must have features.</param>
    /// <param name="random">Draws variations; <see langword="null"/> takes the clips as they are.</param>
    /// <param name="masked">Share of each clip's tokens to blank, 0 to 1, where features are kept.</param>
    /// <returns>What makes the tensors, on the thread that computes: [batch, tokens, width].</returns>
    Func<EncodedSequence> Batch(IReadOnlyList<int> clips, Random? random, double masked = 0);
}
