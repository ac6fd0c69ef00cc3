namespace Microsoft.ML.Avsr.Media;

/// <summary>Grey frames at a constant rate: pixels [frames, height, width], 0 = black, 255 = white.</summary>
public sealed class VideoClip
{
    /// <summary>Wraps pixels without copying them; the caller must not change them afterwards.</summary>
    /// <param name="pixels">Pixels [frames, height, width], rows from the top.</param>
    /// <param name="frames">Number of frames, 0 or more.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="frameRate">Frames per second.</param>
    /// <param name="sourceScale">Pixels here per pixel of the source file: below 1 where the reader shrank large frames.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size or rate is not positive.</exception>
    /// <exception cref="ArgumentException">The number of pixels is not frames x height x width.</exception>
    public VideoClip(ReadOnlyMemory<byte> pixels, int frames, int height, int width, double frameRate, double sourceScale = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(frames);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        if (!(frameRate > 0) || !double.IsFinite(frameRate))
            throw new ArgumentOutOfRangeException(nameof(frameRate), frameRate, "Must be a positive number.");
        if (!(sourceScale > 0) || !double.IsFinite(sourceScale))
            throw new ArgumentOutOfRangeException(nameof(sourceScale), sourceScale, "Must be a positive number.");
        if ((Int128)frames * height * width != pixels.Length)
            throw new ArgumentException($"{frames} frames of {width}x{height} are {(Int128)frames * height * width} pixels, but {pixels.Length} were given.", nameof(pixels));
        Pixels = pixels;
        Frames = frames;
        Height = height;
        Width = width;
        FrameRate = frameRate;
        SourceScale = sourceScale;
    }

    /// <summary>Pixels [frames, height, width].</summary>
    public ReadOnlyMemory<byte> Pixels { get; }

    /// <summary>Number of frames.</summary>
    public int Frames { get; }

    /// <summary>Height in pixels.</summary>
    public int Height { get; }

    /// <summary>Width in pixels.</summary>
    public int Width { get; }

    /// <summary>Frames per second.</summary>
    public double FrameRate { get; }

    /// <summary>Pixels here per pixel of the source file (1 unless large frames were shrunk while reading).</summary>
    public double SourceScale { get; }

    /// <summary>Length in time.</summary>
    public TimeSpan Duration => TimeSpan.FromSeconds(Frames / FrameRate);

    /// <summary>One frame: pixels [height, width].</summary>
    /// <param name="index">Frame number from 0.</param>
    public ReadOnlySpan<byte> Frame(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Frames);
        return Pixels.Span.Slice(index * Height * Width, Height * Width);
    }
}
