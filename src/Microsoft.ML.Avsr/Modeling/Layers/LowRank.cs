using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>The arithmetic of low-rank adaptation: y + scale · up(down(dropout(x))).</summary>
internal static class LowRank
{
    /// <summary>Makes the pair for one projection, or nulls when it is not adapted.</summary>
    /// <param name="lora">The adapter; null makes nothing.</param>
    /// <param name="target">Which projection this is.</param>
    /// <param name="hidden">Width of the model: reduction factors divide it.</param>
    /// <param name="inputs">Inputs of the adapted projection.</param>
    /// <param name="outputs">Outputs of the adapted projection.</param>
    /// <param name="construction">Where the parameters are made. They are drawn even for loading: most base checkpoints lack them.</param>
    public static (LinearLayer? Down, LinearLayer? Up) Make(
        LoraConfig? lora, LoraTargets target, int hidden, long inputs, long outputs, ModuleConstruction construction)
    {
        if (lora is null || !lora.Targets.HasFlag(target))
            return (null, null);
        var rank = lora.RankFor(hidden);
        var drawn = construction with { Initialize = true };
        var deviation = lora.Initialization == LoraInitialization.Reference ? 0.02 : (double?)null;
        var down = new LinearLayer(inputs, rank, hasBias: false, drawn, deviation);
        var up = new LinearLayer(rank, outputs, hasBias: false, drawn, deviation);
        var isMeta = construction.Device is { type: DeviceType.META };
        if (lora.Initialization == LoraInitialization.Zero && !isMeta)
        {
            using var guard = no_grad();
            up.Weight.zero_();
        }
        return (down, up);
    }

    /// <summary>Adds the low-rank term to a projection's output, [..., outputs]; the input is [..., inputs].</summary>
    public static Tensor Add(Tensor output, Tensor input, LinearLayer? down, LinearLayer? up, Scalar scale, double dropout, bool training)
    {
        if (down is null || up is null)
            return output;
        var source = training && dropout > 0 ? functional.dropout(input, dropout, training) : input;
        var reduced = down.call(source);     // [..., rank]
        var correction = up.call(reduced);   // [..., outputs]
        return output.add(correction, scale);
    }

    /// <summary>Adds (or, with a negative factor, removes) the pair's product to a projection's weight.</summary>
    public static void Merge(LinearLayer projection, LinearLayer? down, LinearLayer? up, double factor)
    {
        if (down is null || up is null)
            return;
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var product = up.Weight.matmul(down.Weight); // [outputs, inputs]
        projection.Weight.add_(product.mul(factor));
    }
}
