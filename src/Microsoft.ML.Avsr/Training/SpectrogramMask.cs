using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Training;

/// <summary>Masks bands and spans of a log-mel batch while a small audio encoder trains from scratch (SpecAugment, without warping).</summary>
internal static class SpectrogramMask
{
    private const int FrequencyMasks = 2;
    private const int MaxBands = 12;
    private const int TimeMasks = 2;
    private const int MaxFrames = 20;

    /// <summary>Sets random bands and spans of every row to zero, in place.</summary>
    /// <param name="mel">[batch, mels, frames].</param>
    /// <param name="random">The source of positions.</param>
    public static void Apply(Tensor mel, Random random)
    {
        using var scope = NewDisposeScope();
        var batch = mel.size(0);
        for (long b = 0; b < batch; b++)
        {
            var row = mel.select(0, b); // [mels, frames]
            for (var m = 0; m < FrequencyMasks; m++)
                Clear(row, 0, MaxBands, random);
            for (var m = 0; m < TimeMasks; m++)
                Clear(row, 1, MaxFrames, random);
        }
    }

    private static void Clear(Tensor row, int dimension, int most, Random random)
    {
        var size = (int)row.size(dimension);
        var span = random.Next(Math.Min(most, size / 4) + 1);
        if (span == 0)
            return;
        row.narrow(dimension, random.Next(size - span + 1), span).zero_();
    }
}
