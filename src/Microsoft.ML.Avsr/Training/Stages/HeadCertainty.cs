using Microsoft.ML.Avsr.Modeling;
using Microsoft.ML.Avsr.Recognition;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Training;

/// <summary>How sure a CTC head is of the clips that it learned from: what its certainty of a new clip is measured by.</summary>
internal static class HeadCertainty
{
    private const int ClipsAtOnce = 64;

    /// <summary>The geometric mean over clips of <see cref="CtcScores.Certainty"/>.</summary>
    /// <param name="head">The head; <see langword="null"/> gives <see langword="null"/>.</param>
    /// <param name="features">What it reads, as the clips are.</param>
    /// <param name="clips">Number of clips.</param>
    public static double? Of(CtcHead? head, IFeatureSource features, int clips)
    {
        if (head is null)
            return null;
        var logs = new List<double>();
        using var inference = inference_mode();
        foreach (var chunk in Enumerable.Range(0, clips).Where(features.Has).Chunk(ClipsAtOnce))
        {
            using var scope = NewDisposeScope();
            var scores = new CtcScores(head, features.Batch(chunk, null)());
            logs.AddRange(Enumerable.Range(0, chunk.Length).Select(i => Math.Log(scores.Certainty(i))));
        }
        return logs.Count == 0 ? null : Math.Exp(logs.Average());
    }
}
