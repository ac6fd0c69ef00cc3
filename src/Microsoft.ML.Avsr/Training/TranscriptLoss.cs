using Microsoft.ML.Avsr.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Training;

/// <summary>The language model's losses on assembled prompts.</summary>
public static class TranscriptLoss
{
    /// <summary>
    /// Mean cross entropy of the transcripts' tokens and end tokens (specification 6.5). Logits are computed at those positions only, and the last
    /// layer from the first of them on.
    /// </summary>
    /// <param name="llm">The language model.</param>
    /// <param name="prompt">Prompts assembled with transcripts.</param>
    /// <param name="layerOutputs">Receives what every layer computes, for <see cref="Sink"/>; <see langword="null"/> keeps nothing.</param>
    /// <param name="labelSmoothing">Share of the probability that is spread over all tokens; the reference's is 0.</param>
    /// <returns>A scalar.</returns>
    /// <exception cref="ArgumentException">The prompts were assembled without transcripts.</exception>
    public static Tensor CrossEntropy(LlamaForCausalLM llm, PromptBatch prompt, ICollection<Tensor>? layerOutputs = null, double labelSmoothing = 0)
    {
        ArgumentNullException.ThrowIfNull(llm);
        ArgumentNullException.ThrowIfNull(prompt);
        if (prompt.LabelPositions.Length == 0)
            throw new ArgumentException("The prompts have no transcripts; assemble them with the transcripts' tokens.", nameof(prompt));
        using var scope = NewDisposeScope();
        var length = prompt.Embeddings.size(1);
        var first = prompt.LabelPositions.Min(p => p % length);
        var hidden = llm.Decode(prompt.Embeddings, null, null, null, layerOutputs, first); // [batch, length - first, width]
        if (layerOutputs is not null)
        {
            foreach (var output in layerOutputs)
                output.MoveToOuterDisposeScope();
        }
        long[] kept = Array.ConvertAll(prompt.LabelPositions, p => p / length * (length - first) + p % length - first);
        var positions = tensor(kept, device: hidden.device); // [labels]
        var chosen = hidden.reshape(-1, hidden.size(2)).index_select(0, positions); // [labels, width]
        var logits = llm.Logits(chosen).to_type(ScalarType.Float32); // [labels, vocabulary]
        var labels = tensor(prompt.Labels, device: hidden.device); // [labels]
        return nn.functional.cross_entropy(logits, labels, label_smoothing: labelSmoothing).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Keeps the tokens before the transcript from becoming copies of the first one: the mean squared cosine between the first position's
    /// hidden state and every other one before the transcript, over all layers but the last (arXiv 2510.22603; specification 17).
    /// </summary>
    /// <param name="layerOutputs">What every layer gave, [batch, length, width] each but for the last, which is not looked at.</param>
    /// <param name="prompt">The prompts.</param>
    /// <returns>A scalar, 0 to 1, without the factor (the authors multiply by 10,000).</returns>
    /// <exception cref="ArgumentException">There is one layer only.</exception>
    public static Tensor Sink(IReadOnlyList<Tensor> layerOutputs, PromptBatch prompt)
    {
        ArgumentNullException.ThrowIfNull(layerOutputs);
        ArgumentNullException.ThrowIfNull(prompt);
        if (layerOutputs.Count < 2)
            throw new ArgumentException("The sink loss needs a language model of at least two layers.", nameof(layerOutputs));
        using var scope = NewDisposeScope();
        var length = (int)prompt.Embeddings.size(1);
        var places = new List<long>(); // in [batch * length]: every position between the first and the transcript
        for (var b = 0; b < prompt.TextStarts.Count; b++)
            for (var t = 1; t < prompt.TextStarts[b]; t++)
                places.Add((long)b * length + t);
        var index = tensor(places.ToArray(), device: prompt.Embeddings.device);
        Tensor? total = null;
        for (var layer = 0; layer + 1 < layerOutputs.Count; layer++)
        {
            var state = layerOutputs[layer]; // [batch, length, width]
            var first = state.narrow(1, 0, 1); // [batch, 1, width]
            var product = state.mul(first).sum(2);
            var norms = state.square().sum(2).sqrt().mul(first.square().sum(2).sqrt()).clamp_min(1e-8);
            var cosines = product.div(norms).reshape(-1).index_select(0, index); // [positions]
            var mean = cosines.square().mean();
            total = total is null ? mean : total.add(mean);
        }
        return total!.div(layerOutputs.Count - 1).MoveToOuterDisposeScope();
    }
}
