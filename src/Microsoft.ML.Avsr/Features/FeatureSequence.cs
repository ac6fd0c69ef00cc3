namespace Microsoft.ML.Avsr.Features;

/// <summary>An encoder's features of one clip: values [time, width], row by row. Immutable.</summary>
public sealed class FeatureSequence
{
    /// <summary>Wraps values without copying them; the caller must not change them afterwards.</summary>
    /// <param name="values">Values [time, width].</param>
    /// <param name="time">Number of steps, 0 or more.</param>
    /// <param name="width">Features per step, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is negative, or the width is 0.</exception>
    /// <exception cref="ArgumentException">The number of values is not time x width.</exception>
    public FeatureSequence(ReadOnlyMemory<float> values, int time, int width)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(time);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        if ((long)time * width != values.Length)
            throw new ArgumentException($"{time} steps of {width} features are {(long)time * width} values, but {values.Length} were given.", nameof(values));
        Values = values;
        Time = time;
        Width = width;
    }

    /// <summary>Values [time, width].</summary>
    public ReadOnlyMemory<float> Values { get; }

    /// <summary>Number of steps.</summary>
    public int Time { get; }

    /// <summary>Features per step.</summary>
    public int Width { get; }

    /// <summary>The features of one step: [width].</summary>
    /// <param name="index">The step, from 0.</param>
    public ReadOnlySpan<float> Step(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Time);
        return Values.Span.Slice(index * Width, Width);
    }
}
