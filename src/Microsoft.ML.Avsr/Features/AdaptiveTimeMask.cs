namespace Microsoft.ML.Avsr.Features;

/// <summary>
/// Blanks short spans of a clip while training, about one per started stride (Llama-AVSR's <c>AdaptiveTimeMask</c>). Video is masked
/// before it is normalised, so a masked frame is black, not zero.
/// </summary>
public static class AdaptiveTimeMask
{
    /// <summary>Longest span of video, in frames.</summary>
    public const int VideoWindow = 10;

    /// <summary>Frames of video per span.</summary>
    public const int VideoStride = 25;

    /// <summary>Longest span of audio, in samples of 16 kHz.</summary>
    public const int AudioWindow = 6400;

    /// <summary>Samples of audio per span.</summary>
    public const int AudioStride = 16000;

    /// <summary>How many spans are drawn: floor((length + stride - 0.1) / stride).</summary>
    /// <param name="length">Frames or samples.</param>
    /// <param name="stride">Frames or samples per span.</param>
    /// <returns>The number of draws; some may come out empty.</returns>
    public static int Count(int length, int stride)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, 1);
        return (int)Math.Floor((length + stride - 0.1) / stride);
    }

    /// <summary>Draws the spans of one clip.</summary>
    /// <param name="length">Frames or samples of the clip.</param>
    /// <param name="window">Spans are shorter than this.</param>
    /// <param name="stride">Frames or samples per span.</param>
    /// <param name="random">Source of the draws.</param>
    /// <returns>Start and length of each span; spans may overlap.</returns>
    public static IReadOnlyList<(int Start, int Length)> Draw(int length, int window, int stride, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 1);
        var draws = new (int Limit, int Length)[Count(length, stride)];
        for (var i = 0; i < draws.Length; i++)
            draws[i] = (random.Next(window), random.Next(window));
        return FromDraws(length, draws, room => random.Next(room));
    }

    /// <summary>
    /// Turns random numbers into spans exactly as the reference does: the first number of a pair only limits where a span may start, the
    /// second one is its length.
    /// </summary>
    /// <param name="length">Frames or samples of the clip.</param>
    /// <param name="draws">Pairs of numbers below the window.</param>
    /// <param name="nextStart">Gives a whole number from zero to below its argument; called once per pair whose first number is below the length.</param>
    /// <returns>Start and length of each span, cut at the clip's end.</returns>
    public static IReadOnlyList<(int Start, int Length)> FromDraws(int length, ReadOnlySpan<(int Limit, int Length)> draws, Func<int, int> nextStart)
    {
        ArgumentNullException.ThrowIfNull(nextStart);
        var spans = new List<(int, int)>(draws.Length);
        foreach (var (limit, span) in draws)
        {
            if (length - limit <= 0)
                continue;
            var start = nextStart(length - limit);
            if (limit == 0)
                continue; // drawn and then dropped, as in the reference
            spans.Add((start, Math.Min(span, length - start)));
        }
        return spans;
    }

    /// <summary>Blanks spans in place.</summary>
    /// <typeparam name="T">Element type: samples or pixels.</typeparam>
    /// <param name="data">Samples, or frames one after the other: [time, itemLength].</param>
    /// <param name="spans">Start and length of each span, in items.</param>
    /// <param name="itemLength">Elements per item: 1 for samples, height times width for frames.</param>
    public static void Apply<T>(Span<T> data, IReadOnlyList<(int Start, int Length)> spans, int itemLength = 1)
    {
        ArgumentNullException.ThrowIfNull(spans);
        ArgumentOutOfRangeException.ThrowIfLessThan(itemLength, 1);
        foreach (var (start, length) in spans)
            data.Slice(start * itemLength, length * itemLength).Clear();
    }
}
