using System.Numerics;
using System.Runtime.InteropServices;

namespace Microsoft.ML.Avsr.Media;

/// <summary>
/// Cuts a box out of frames and resizes it, separably: pixel-area averaging where an axis shrinks, bilinear where it grows
/// (pixel centres at half-integers in both). Outside the frame the edge pixels repeat.
/// </summary>
internal static class FrameResampler
{
    /// <summary>Side of a mouth region in pixels, as the AV-HuBERT and auto_avsr preparations give it.</summary>
    internal const int MouthSide = 96;

    /// <summary>Cuts <paramref name="box"/> (in pixels of <paramref name="frames"/>) out of every frame as 96x96.</summary>
    internal static VideoClip? Crop(VideoClip frames, MouthBox box, out string? problem)
    {
        if (frames.Frames == 0)
        {
            problem = "The video has no frames.";
            return null;
        }
        if (box.X >= frames.Width || box.Y >= frames.Height || box.X + box.Width <= 0 || box.Y + box.Height <= 0)
        {
            problem = FormattableString.Invariant($"The mouth box {box.X},{box.Y},{box.Width},{box.Height} lies outside the {frames.Width}x{frames.Height} frame.");
            return null;
        }
        problem = null;
        var columns = Taps.Make(box.X, box.Width, MouthSide, frames.Width);
        var rows = Taps.Make(box.Y, box.Height, MouthSide, frames.Height);
        var pixels = new byte[frames.Frames * MouthSide * MouthSide]; // [frames, 96, 96]
        var scratch = new Scratch(frames.Width);
        for (var t = 0; t < frames.Frames; t++)
            Resize(frames.Frame(t), frames.Width, columns, rows, scratch, pixels.AsSpan(t * MouthSide * MouthSide, MouthSide * MouthSide));
        return new VideoClip(pixels, frames.Frames, MouthSide, MouthSide, frames.FrameRate);
    }

    /// <summary>Cuts a box out of one frame.</summary>
    /// <param name="frame">Pixels [height, width].</param>
    /// <param name="width">Width of the frame.</param>
    /// <param name="height">Height of the frame.</param>
    /// <param name="box">The box in the frame's pixels.</param>
    /// <param name="target">Pixels [targetHeight, targetWidth].</param>
    /// <param name="targetWidth">Width of the result.</param>
    internal static void Crop(ReadOnlySpan<byte> frame, int width, int height, MouthBox box, Span<byte> target, int targetWidth)
    {
        var columns = Taps.Make(box.X, box.Width, targetWidth, width);
        var rows = Taps.Make(box.Y, box.Height, target.Length / targetWidth, height);
        Resize(frame, width, columns, rows, new Scratch(width), target);
    }

    // Rows first: long contiguous multiply-adds over the columns in use, which vectorise; then few gathers per output row.
    private static void Resize(ReadOnlySpan<byte> frame, int width, Taps columns, Taps rows, Scratch scratch, Span<byte> target)
    {
        var first = columns.First;
        var used = columns.Last - first + 1;
        var mixed = scratch.Mixed.AsSpan(0, used);
        for (var y = 0; y < rows.Count; y++)
        {
            mixed.Clear();
            for (var k = rows.Start[y]; k < rows.Start[y + 1]; k++)
                MultiplyAdd(frame.Slice(rows.Index[k] * width + first, used), rows.Weight[k], mixed);
            var line = target.Slice(y * columns.Count, columns.Count);
            for (var x = 0; x < line.Length; x++)
            {
                var sum = 0.5f; // rounds to nearest
                for (var k = columns.Start[x]; k < columns.Start[x + 1]; k++)
                    sum += mixed[columns.Index[k] - first] * columns.Weight[k];
                line[x] = (byte)Math.Clamp(sum, 0f, 255f);
            }
        }
    }

    private static void MultiplyAdd(ReadOnlySpan<byte> source, float weight, Span<float> sum)
    {
        var i = 0;
        if (Vector.IsHardwareAccelerated)
        {
            var factor = new Vector<float>(weight);
            var lanes = Vector<float>.Count;
            for (; i <= source.Length - Vector<byte>.Count; i += Vector<byte>.Count)
            {
                Vector.Widen(new Vector<byte>(source[i..]), out var low, out var high);
                Vector.Widen(low, out var a, out var b);
                Vector.Widen(high, out var c, out var d);
                Add(a, sum[i..], factor);
                Add(b, sum[(i + lanes)..], factor);
                Add(c, sum[(i + 2 * lanes)..], factor);
                Add(d, sum[(i + 3 * lanes)..], factor);
            }
        }
        for (; i < source.Length; i++)
            sum[i] += source[i] * weight;

        static void Add(Vector<uint> pixels, Span<float> sum, Vector<float> factor)
        {
            ref var place = ref MemoryMarshal.GetReference(MemoryMarshal.Cast<float, Vector<float>>(sum));
            place += Vector.ConvertToSingle(Vector.AsVectorInt32(pixels)) * factor;
        }
    }

    private sealed class Scratch(int width)
    {
        internal readonly float[] Mixed = new float[width]; // one row, summed over its source rows
    }

    /// <summary>For each output position, the source positions that it mixes and their weights (which sum to 1).</summary>
    private sealed class Taps
    {
        internal required int[] Start; // [count + 1]: offsets into Index and Weight
        internal required int[] Index;
        internal required float[] Weight;

        internal int Count => Start.Length - 1;

        internal int First { get; private init; }

        internal int Last { get; private init; }

        /// <param name="origin">Where the box starts on the source axis.</param>
        /// <param name="extent">How much of the source axis it covers.</param>
        /// <param name="count">Output positions.</param>
        /// <param name="length">Source positions; indices beyond are clamped to the edge.</param>
        internal static Taps Make(double origin, double extent, int count, int length)
        {
            var step = extent / count;
            var start = new int[count + 1];
            var index = new List<int>();
            var weight = new List<float>();
            for (var i = 0; i < count; i++)
            {
                start[i] = index.Count;
                if (step > 1)
                {
                    var from = origin + i * step;
                    var to = from + step;
                    // Beyond the frame the area is one repeated edge pixel: clamp first, so that huge boxes stay cheap.
                    var inside = Math.Clamp(from, 0, length);
                    var outside = Math.Clamp(to, 0, length);
                    if (inside - from > 0 && from < 0)
                        Add(0, Math.Min(inside, to) - from);
                    for (var p = (int)Math.Floor(inside); p < outside; p++)
                        Add(p, Math.Min(p + 1, outside) - Math.Max(p, inside));
                    if (to > length)
                        Add(length - 1, to - Math.Max(outside, from));
                }
                else
                {
                    var centre = origin + (i + 0.5) * step - 0.5;
                    var low = Math.Floor(centre);
                    Add((int)low, low + 1 - centre);
                    Add((int)low + 1, centre - low);
                }
                Normalise(start[i]);
            }
            start[count] = index.Count;
            return new Taps { Start = start, Index = [.. index], Weight = [.. weight], First = index.Min(), Last = index.Max() };

            void Add(int position, double share)
            {
                if (share <= 1e-9)
                    return;
                index.Add(Math.Clamp(position, 0, length - 1));
                weight.Add((float)share);
            }

            void Normalise(int from)
            {
                var total = 0f;
                for (var k = from; k < weight.Count; k++)
                    total += weight[k];
                for (var k = from; k < weight.Count; k++)
                    weight[k] /= total;
            }
        }
    }
}
