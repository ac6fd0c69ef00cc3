namespace Microsoft.ML.Avsr.Media;

/// <summary>
/// Cuts mouth regions with the help of landmarks: each frame is turned and scaled so that its face lies on the mean face, and 96x96
/// pixels around the mouth are taken (bilinear; black beyond the frame).
/// </summary>
public sealed class LandmarkLocator : IMouthRegionLocator
{
    private readonly double[] _meanFace; // [68, 2]

    /// <summary>Makes a locator for one clip.</summary>
    /// <param name="landmarks">Points in every frame, in pixels of the source file; gaps are interpolated.</param>
    /// <param name="alignment">The variant; it should be the one that the visual encoder was trained with.</param>
    public LandmarkLocator(FaceLandmarks landmarks, MouthAlignment alignment = MouthAlignment.AutoAvsr)
        : this(landmarks, alignment, MeanFace.Points)
    {
    }

    /// <summary>For tests: with a given mean face.</summary>
    internal LandmarkLocator(FaceLandmarks landmarks, MouthAlignment alignment, ReadOnlySpan<double> meanFace)
    {
        ArgumentNullException.ThrowIfNull(landmarks);
        if (!Enum.IsDefined(alignment))
            throw new ArgumentOutOfRangeException(nameof(alignment), alignment, "Not a known alignment.");
        Landmarks = landmarks;
        Alignment = alignment;
        _meanFace = meanFace.ToArray();
    }

    /// <summary>The points.</summary>
    public FaceLandmarks Landmarks { get; }

    /// <summary>The variant.</summary>
    public MouthAlignment Alignment { get; }

    /// <inheritdoc/>
    public VideoClip? Crop(VideoClip frames, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(frames);
        if (frames.Frames != Landmarks.Frames)
        {
            problem = $"There are landmarks for {Landmarks.Frames} frames, but the video has {frames.Frames}.";
            return null;
        }
        if (Landmarks.Interpolate() is not { } complete)
        {
            problem = "No frame has a detected face.";
            return null;
        }
        var placements = MouthAligner.Align(complete.Scaled(frames.SourceScale), Alignment, _meanFace);
        const int Side = FrameResampler.MouthSide;
        var pixels = new byte[frames.Frames * Side * Side]; // [frames, 96, 96]
        for (var t = 0; t < frames.Frames; t++)
        {
            var place = placements[t];
            if (!place.Transform.IsRegular)
            {
                problem = $"The landmarks of frame {t} coincide.";
                return null;
            }
            var box = Alignment == MouthAlignment.AvHubert ? MouthAligner.ClampedBox(place.CentreX, place.CentreY) : MouthAligner.CutBox(place.CentreX, place.CentreY);
            if (box is not { } cut)
            {
                problem = FormattableString.Invariant($"The mouth of frame {t} is too far from where a face has it: ({place.CentreX:0}, {place.CentreY:0}) on the aligned 256x256 face.");
                return null;
            }
            Warp(frames.Frame(t), frames.Width, frames.Height, place.Transform.Inverse(), cut, pixels.AsSpan(t * Side * Side, Side * Side));
        }
        problem = null;
        return new VideoClip(pixels, frames.Frames, Side, Side, frames.FrameRate);
    }

    // Only the box of the canvas is computed. A box that was cut at the canvas's edge leaves black rows or columns at its end.
    private void Warp(ReadOnlySpan<byte> frame, int width, int height, SimilarityTransform back, (int Top, int Bottom, int Left, int Right) box, Span<byte> target)
    {
        var rounding = Alignment == MouthAlignment.AvHubert ? 0.0 : 0.5; // AV-HuBERT's preparation truncates
        for (var y = box.Top; y < box.Bottom; y++)
        {
            for (var x = box.Left; x < box.Right; x++)
            {
                var (sx, sy) = back.Apply(x, y);
                double left = Math.Floor(sx), top = Math.Floor(sy), tx = sx - left, ty = sy - top;
                if (!(left >= -1 && left < width && top >= -1 && top < height))
                    continue;
                int column = (int)left, row = (int)top;
                var value = (1 - ty) * ((1 - tx) * Pixel(frame, column, row) + tx * Pixel(frame, column + 1, row))
                    + ty * ((1 - tx) * Pixel(frame, column, row + 1) + tx * Pixel(frame, column + 1, row + 1));
                target[(y - box.Top) * FrameResampler.MouthSide + x - box.Left] = (byte)Math.Clamp(value + rounding, 0, 255);
            }
        }

        double Pixel(ReadOnlySpan<byte> pixels, int column, int row) =>
            (uint)column < (uint)width && (uint)row < (uint)height ? pixels[row * width + column] : 0;
    }
}
