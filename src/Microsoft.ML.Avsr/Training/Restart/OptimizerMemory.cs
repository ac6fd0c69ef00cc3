using Microsoft.ML.Avsr.Checkpoints;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Training;

/// <summary>Moves AdamW's moments and step counts to checkpoints and back.</summary>
internal static class OptimizerMemory
{
    private const string Prefix = "optimizer.";

    /// <summary>Adds the moments to a checkpoint's tensors.</summary>
    /// <param name="optimizer">The optimiser.</param>
    /// <param name="tensors">Receives <c>optimizer.i.mean</c> and <c>optimizer.i.square</c>; the tensors stay the optimiser's.</param>
    /// <returns>Steps per parameter, in the optimiser's order.</returns>
    public static long[] Save(AdamW optimizer, IDictionary<string, Tensor> tensors)
    {
        var states = States(optimizer);
        for (var i = 0; i < states.Length; i++)
        {
            tensors[$"{Prefix}{i}.mean"] = states[i].exp_avg;
            tensors[$"{Prefix}{i}.square"] = states[i].exp_avg_sq;
        }
        return [.. states.Select(s => s.step)];
    }

    /// <summary>Restores an optimiser that was made for the same parameters.</summary>
    /// <param name="optimizer">The optimiser.</param>
    /// <param name="steps">Steps per parameter.</param>
    /// <param name="source">The checkpoint's tensors.</param>
    /// <exception cref="CheckpointException">The checkpoint has another number of parameters.</exception>
    public static void Load(AdamW optimizer, IReadOnlyList<long> steps, ITensorSource source)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var states = States(optimizer);
        if (states.Length != steps.Count)
            throw new CheckpointException(source.Location, Prefix + "*", $"the optimiser has {states.Length} parameters, the checkpoint {steps.Count}");
        var parameters = optimizer.parameters().ToArray();
        for (var i = 0; i < states.Length; i++)
        {
            source.CopyTo($"{Prefix}{i}.mean", states[i].exp_avg);
            source.CopyTo($"{Prefix}{i}.square", states[i].exp_avg_sq);
            states[i].step = steps[i];
            // A parameter that took part in a step keeps a gradient, of zeros where a later step does not use it, and goes on being updated.
            if (steps[i] > 0)
                parameters[i].grad = parameters[i].detach().zeros_like();
        }
    }

    private static AdamW.State[] States(AdamW optimizer) => [.. optimizer.state_dict().State.Cast<AdamW.State>()];
}
