using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Features;

/// <summary>
/// Turns grey mouth frames into what AV-HuBERT sees: an 88 x 88 crop, the same for all frames, brightness scaled to [0, 1], then
/// (x - 0.421) / 0.165.
/// </summary>
public static class FrameNormalizer
{
    /// <summary>Height and width of the crop.</summary>
    public const int CropSize = 88;

    /// <summary>Mean brightness of mouth frames, from AV-HuBERT's configuration.</summary>
    public const double Mean = 0.421;

    /// <summary>Standard deviation of mouth frames' brightness, from AV-HuBERT's configuration.</summary>
    public const double Deviation = 0.165;

    /// <summary>Crops and normalises.</summary>
    /// <param name="frames">uint8 [time, height, width].</param>
    /// <param name="top">First row of the crop.</param>
    /// <param name="left">First column of the crop.</param>
    /// <param name="size">Height and width of the crop.</param>
    /// <returns>float32 [time, size, size], in the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">Not three dimensions.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The crop leaves the frame.</exception>
    public static Tensor Normalize(Tensor frames, int top, int left, int size = CropSize)
    {
        ArgumentNullException.ThrowIfNull(frames);
        var shape = frames.shape;
        if (shape.Length != 3)
            throw new ArgumentException($"Frames must have the shape [time, height, width], not [{string.Join(", ", shape)}].", nameof(frames));
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        CheckOffset(nameof(top), top, shape[1], size);
        CheckOffset(nameof(left), left, shape[2], size);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var crop = frames.narrow(1, top, size).narrow(2, left, size); // [time, size, size]
        var scaled = crop.to_type(ScalarType.Float32, copy: true).contiguous(); // [time, size, size]
        return scaled.div_(255).sub_(Mean).div_(Deviation).MoveToOuterDisposeScope();
    }

    /// <summary>Crops the middle and normalises, as for validation and recognition.</summary>
    /// <param name="frames">uint8 [time, height, width].</param>
    /// <param name="size">Height and width of the crop.</param>
    /// <returns>float32 [time, size, size], in the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">Not three dimensions.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The frames are smaller than the crop.</exception>
    public static Tensor NormalizeCenter(Tensor frames, int size = CropSize)
    {
        ArgumentNullException.ThrowIfNull(frames);
        if (frames.dim() != 3)
            throw new ArgumentException($"Frames must have the shape [time, height, width], not [{string.Join(", ", frames.shape)}].", nameof(frames));
        var (top, left) = CenterOffset((int)frames.size(1), (int)frames.size(2), size);
        return Normalize(frames, top, left, size);
    }

    /// <summary>Crops, greys and normalises colour frames: brightness is 0.2989 R + 0.587 G + 0.114 B, weighted after the crop as in the reference.</summary>
    /// <param name="frames">uint8 [time, 3, height, width].</param>
    /// <param name="top">First row of the crop.</param>
    /// <param name="left">First column of the crop.</param>
    /// <param name="size">Height and width of the crop.</param>
    /// <returns>float32 [time, size, size], in the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">Not four dimensions with three colours.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The crop leaves the frame.</exception>
    public static Tensor NormalizeColor(Tensor frames, int top, int left, int size = CropSize)
    {
        ArgumentNullException.ThrowIfNull(frames);
        var shape = frames.shape;
        if (shape is not [_, 3, _, _])
            throw new ArgumentException($"Colour frames must have the shape [time, 3, height, width], not [{string.Join(", ", shape)}].", nameof(frames));
        CheckOffset(nameof(top), top, shape[2], size);
        CheckOffset(nameof(left), left, shape[3], size);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var crop = frames.narrow(2, top, size).narrow(3, left, size); // [time, 3, size, size]
        var scaled = crop.to_type(ScalarType.Float32, copy: true).contiguous().div_(255); // [time, 3, size, size]
        var weights = tensor(new[] { 0.2989f, 0.587f, 0.114f }, [3, 1, 1]); // [3, 1, 1]
        var gray = scaled.mul_(weights).sum(1); // [time, size, size]
        return gray.sub_(Mean).div_(Deviation).MoveToOuterDisposeScope();
    }

    /// <summary>Offset of the middle crop; of an odd margin the half goes to the even side, as in torchvision.</summary>
    /// <param name="height">Rows of the frame.</param>
    /// <param name="width">Columns of the frame.</param>
    /// <param name="size">Height and width of the crop.</param>
    /// <returns>First row and first column.</returns>
    public static (int Top, int Left) CenterOffset(int height, int width, int size = CropSize) =>
        ((int)Math.Round((height - size) / 2.0, MidpointRounding.ToEven), (int)Math.Round((width - size) / 2.0, MidpointRounding.ToEven));

    /// <summary>Offset of a random crop, as for training.</summary>
    /// <param name="height">Rows of the frame.</param>
    /// <param name="width">Columns of the frame.</param>
    /// <param name="random">Source of the offset.</param>
    /// <param name="size">Height and width of the crop.</param>
    /// <returns>First row and first column.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The frame is smaller than the crop.</exception>
    public static (int Top, int Left) RandomOffset(int height, int width, Random random, int size = CropSize)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, size);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, size);
        return (random.Next(height - size + 1), random.Next(width - size + 1));
    }

    private static void CheckOffset(string name, int offset, long available, int size)
    {
        if (offset < 0 || offset > available - size)
            throw new ArgumentOutOfRangeException(name, offset, $"A crop of {size} from a frame of {available} may start at 0 to {available - size}.");
    }
}
