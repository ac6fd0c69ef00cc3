using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Parity;

/// <summary>Losses as the reference defines them.</summary>
internal static class Losses
{
    /// <summary>Mean cross entropy of logits [batch, time, vocabulary] against the next label, labels of -100 left out.</summary>
    public static Tensor NextToken(Tensor logits, Tensor labels) =>
        nn.functional.cross_entropy(Shifted(logits), Next(labels));

    /// <summary>Cross entropy of each position, [batch, time - 1], 0 where the label is left out.</summary>
    public static Tensor NextTokens(Tensor logits, Tensor labels) =>
        nn.functional.cross_entropy(Shifted(logits), Next(labels), reduction: nn.Reduction.None).view(labels.shape[0], labels.shape[1] - 1);

    private static Tensor Shifted(Tensor logits) => logits.narrow(1, 0, logits.shape[1] - 1).reshape(-1, logits.shape[2]);

    private static Tensor Next(Tensor labels) => labels.narrow(1, 1, labels.shape[1] - 1).reshape(-1);
}
