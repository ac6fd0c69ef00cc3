using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>What the encoders do with padding: zero it before anything that mixes neighbours, and hide it from attention.</summary>
internal static class PaddingMask
{
    /// <summary>Added to the score of a hidden key: its softmax weight is exactly 0 beside any real key, in every precision,
    /// and, unlike minus infinity, a row whose keys are all hidden stays finite (its values are ignored, its gradients must not be NaN).</summary>
    public const double Hidden = -30000;

    /// <summary>Keeps every stride-th position: an output position of a strided, centred convolution is real when its centre is.</summary>
    /// <param name="valid">[batch, time] bool.</param>
    /// <param name="stride">Positions per output position.</param>
    /// <returns>[batch, ⌈time / stride⌉] bool.</returns>
    public static Tensor Subsample(Tensor valid, int stride)
    {
        if (stride == 1)
            return valid.alias();
        var centres = arange(0, valid.shape[1], stride, ScalarType.Int64, valid.device); // [⌈time / stride⌉]
        return valid.index_select(1, centres);
    }

    /// <summary>Zeroes padded positions of [batch, time, width].</summary>
    public static Tensor ZeroTime(Tensor sequence, Tensor? valid)
    {
        if (valid is null)
            return sequence;
        var keep = valid.to(sequence.dtype).unsqueeze(2); // [batch, time, 1]
        return sequence.mul(keep);
    }

    /// <summary>Zeroes padded positions of [batch, channels, time].</summary>
    public static Tensor ZeroChannels(Tensor channels, Tensor? valid)
    {
        if (valid is null)
            return channels;
        var keep = valid.to(channels.dtype).unsqueeze(1); // [batch, 1, time]
        return channels.mul(keep);
    }

    /// <summary>The number added to attention scores: 0 for a real key, <see cref="Hidden"/> for a padded one.</summary>
    /// <param name="valid">[batch, keys] bool.</param>
    /// <param name="dtype">Type of the scores.</param>
    /// <returns>[batch, 1, 1, keys].</returns>
    public static Tensor KeyBias(Tensor valid, ScalarType dtype)
    {
        var hidden = valid.logical_not().to(dtype); // [batch, keys]
        return hidden.mul(Hidden).unsqueeze(1).unsqueeze(1);
    }

    /// <summary>Row numbers of the real positions in the flattened batch.</summary>
    /// <param name="valid">[batch, time] bool.</param>
    /// <returns>[real] int64.</returns>
    public static Tensor RealRows(Tensor valid) => valid.reshape(-1).nonzero().squeeze(1);
}
