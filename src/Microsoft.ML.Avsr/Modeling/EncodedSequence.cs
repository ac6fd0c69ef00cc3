using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Modeling;

/// <summary>A batch of feature sequences with right padding.</summary>
/// <param name="Features">Features, [batch, time, width]. Values at padded positions have no meaning.</param>
/// <param name="Valid">True where a position is real, [batch, time] bool; null when all are.</param>
public readonly record struct EncodedSequence(Tensor Features, Tensor? Valid)
{
    /// <summary>Number of real positions of each row.</summary>
    public long[] Lengths()
    {
        var batch = Features.shape[0];
        if (Valid is null)
        {
            var all = new long[batch];
            Array.Fill(all, Features.shape[1]);
            return all;
        }
        using var scope = NewDisposeScope();
        var counts = Valid.to(ScalarType.Int64).sum(1).cpu(); // [batch]
        return counts.data<long>().ToArray();
    }

    /// <summary>Makes the mask of a right-padded batch.</summary>
    /// <param name="lengths">Real positions of each row, each between 0 and <paramref name="time"/>.</param>
    /// <param name="time">Padded length.</param>
    /// <param name="device">Device of the mask; null is the CPU.</param>
    /// <returns>[batch, time] bool, or null when no row is padded.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A length is negative or longer than the padded length.</exception>
    public static Tensor? MaskOf(ReadOnlySpan<long> lengths, long time, Device? device = null)
    {
        var padded = false;
        foreach (var length in lengths)
        {
            if (length < 0 || length > time)
                throw new ArgumentOutOfRangeException(nameof(lengths), length, $"A length must be between 0 and the padded length {time}.");
            padded |= length != time;
        }
        if (!padded)
            return null;
        var mask = new bool[lengths.Length * time];
        for (var row = 0; row < lengths.Length; row++)
            mask.AsSpan(checked((int)(row * time)), (int)lengths[row]).Fill(true);
        return tensor(mask, [lengths.Length, time], device: device);
    }

    /// <summary>The same sequence on a device.</summary>
    /// <param name="device">The device.</param>
    public EncodedSequence To(Device device) => new(Features.to(device), Valid?.to(device));

    /// <summary>Keeps the first frames of each row: cuts time to the longest row and marks the rest as padding.</summary>
    /// <param name="lengths">Frames to keep of each row; longer than the sequence means all of it.</param>
    /// <returns>A new sequence whose features are a view of these.</returns>
    /// <remarks>This is how a 30-second Whisper output is trimmed to the speech that it holds (specification 3.4).</remarks>
    /// <exception cref="ArgumentException">The number of lengths is not the batch size.</exception>
    public EncodedSequence Keep(ReadOnlySpan<long> lengths)
    {
        var (batch, time) = (Features.shape[0], Features.shape[1]);
        if (lengths.Length != batch)
            throw new ArgumentException($"{lengths.Length} lengths were given for a batch of {batch}.", nameof(lengths));
        var kept = new long[lengths.Length];
        var longest = 0L;
        for (var row = 0; row < kept.Length; row++)
            longest = Math.Max(longest, kept[row] = Math.Min(lengths[row], time));
        return new EncodedSequence(Features.narrow(1, 0, longest), MaskOf(kept, longest, Features.device));
    }
}
