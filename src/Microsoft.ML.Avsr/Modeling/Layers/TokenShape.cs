using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>Checks token matrices before a native call: a shape error inside one can end the process.</summary>
internal static class TokenShape
{
    public static void Check(Tensor tokens, int width)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        var shape = tokens.shape;
        if (shape.Length != 2 || shape[1] != width)
            throw new ArgumentException($"The tokens have shape [{string.Join(", ", shape)}]; [tokens, {width}] was expected.", nameof(tokens));
    }

    public static void Check(EncodedSequence sequence, int width, string modality)
    {
        var shape = sequence.Features.shape;
        if (shape.Length != 3 || shape[2] != width)
            throw new ArgumentException($"The {modality} features have shape [{string.Join(", ", shape)}]; [batch, time, {width}] was expected.", modality);
        if (sequence.Valid is { } valid && (valid.dtype != ScalarType.Bool || valid.ndim != 2 || valid.shape[0] != shape[0] || valid.shape[1] != shape[1]))
            throw new ArgumentException($"The {modality} mask has shape [{string.Join(", ", valid.shape)}] and type {valid.dtype}; [{shape[0]}, {shape[1]}] bool was expected.", modality);
    }
}
