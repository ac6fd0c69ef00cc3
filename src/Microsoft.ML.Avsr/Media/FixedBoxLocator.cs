namespace Microsoft.ML.Avsr.Media;

/// <summary>Cuts the same box out of every frame and resizes it to 96x96. Where the box reaches beyond the frame, the edge pixels repeat.</summary>
public sealed class FixedBoxLocator : IMouthRegionLocator
{
    /// <summary>Makes a locator.</summary>
    /// <param name="box">The box, in pixels of the source file's frames.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not finite, or the size is not positive.</exception>
    public FixedBoxLocator(MouthBox box)
    {
        if (!box.IsValid)
            throw new ArgumentOutOfRangeException(nameof(box), box, "X, Y, Width and Height must be finite, Width and Height above 0, all below 1e6.");
        Box = box;
    }

    /// <summary>The box, in pixels of the source file's frames.</summary>
    public MouthBox Box { get; }

    /// <inheritdoc/>
    public VideoClip? Crop(VideoClip frames, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(frames);
        // The reader may have shrunk the frames; the box is in the file's pixels.
        var scale = frames.SourceScale;
        return FrameResampler.Crop(frames, new MouthBox(Box.X * scale, Box.Y * scale, Box.Width * scale, Box.Height * scale), out problem);
    }
}
