using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Recognition;

/// <summary>The tokens generated so far, one row per beam; all rows have the same length.</summary>
internal sealed class GeneratedTokens(int rows, int capacity)
{
    private long[] _tokens = new long[rows * capacity];
    private long[] _spare = [];

    public int Rows { get; private set; } = rows;

    /// <summary>Tokens of each row.</summary>
    public int Length { get; private set; }

    public ReadOnlySpan<long> Row(int row) => _tokens.AsSpan(row * capacity, Length);

    /// <summary>Adds one token to each row.</summary>
    public void Append(ReadOnlySpan<long> tokens)
    {
        for (var row = 0; row < Rows; row++)
            _tokens[row * capacity + Length] = tokens[row];
        Length++;
    }

    /// <summary>Row i continues what row <paramref name="sources"/>[i] had; the number of rows may change.</summary>
    public void Reorder(ReadOnlySpan<long> sources)
    {
        if (_spare.Length < sources.Length * capacity)
            _spare = new long[sources.Length * capacity];
        for (var row = 0; row < sources.Length; row++)
            Row((int)sources[row]).CopyTo(_spare.AsSpan(row * capacity));
        (_tokens, _spare) = (_spare, _tokens);
        Rows = sources.Length;
    }

    /// <summary>A copy of a row.</summary>
    public int[] ToArray(int row)
    {
        var tokens = Row(row);
        var result = new int[tokens.Length];
        for (var i = 0; i < result.Length; i++)
            result[i] = (int)tokens[i];
        return result;
    }

    /// <summary>[rows, length] int64.</summary>
    public Tensor ToTensor(Device device)
    {
        var flat = new long[Rows * Length];
        for (var row = 0; row < Rows; row++)
            Row(row).CopyTo(flat.AsSpan(row * Length));
        return tensor(flat, [Rows, Length], device: device);
    }
}
