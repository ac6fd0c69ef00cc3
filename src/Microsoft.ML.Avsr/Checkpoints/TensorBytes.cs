using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>Moves numbers between files and tensors in bounded pieces, so that no tensor is ever held twice.</summary>
internal static class TensorBytes
{
    /// <summary>Bytes moved at once; also the most memory that a conversion adds.</summary>
    public const int PieceBytes = 1 << 24;

    public static Tensor Read(IByteSource bytes, TensorEntry entry, ScalarType? dtype, string location)
    {
        var target = dtype ?? entry.DType;
        CheckConversion(entry, target, location);
        var tensor = empty(entry.Shape, dtype: target); // the entry's shape
        try
        {
            Fill(bytes, entry, tensor);
            return tensor;
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
    }

    public static void CopyTo(IByteSource bytes, TensorEntry entry, Tensor destination, string location)
    {
        CheckDestination(entry, destination, location);
        using var noGrad = no_grad();
        if (destination.is_contiguous())
        {
            Fill(bytes, entry, destination);
            return;
        }
        using var whole = Read(bytes, entry, null, location);
        destination.copy_(whole).DisposeUnless(destination);
    }

    /// <summary>Refuses a destination of another shape, of a type that numbers are not converted to, or without memory.</summary>
    public static void CheckDestination(TensorEntry entry, Tensor destination, string location)
    {
        var shape = destination.shape;
        if (!shape.AsSpan().SequenceEqual(entry.Shape))
        {
            throw new CheckpointException(location, entry.Name,
                $"the file has shape [{string.Join(", ", entry.Shape)}], the model expects [{string.Join(", ", shape)}]");
        }
        CheckConversion(entry, destination.dtype, location);
        if (destination.device_type == DeviceType.META)
            throw new CheckpointException(location, entry.Name, "the destination is on the meta device and has no memory; move the model to a real device first");
    }

    /// <summary>Hands out the bytes of a tensor, in row-major order and in pieces, from any device and layout.</summary>
    public static void Visit(Tensor tensor, ReadOnlySpanAction<byte> visit)
    {
        var count = tensor.numel();
        if (count == 0)
            return;
        using var noGrad = no_grad();
        using var detached = tensor.detach();
        using var contiguous = detached.contiguous();
        using var flat = contiguous.view(-1); // [elements]
        long step = Math.Max(1, PieceBytes / ScalarTypes.Size(tensor.dtype));
        for (long start = 0; start < count; start += step)
        {
            using var piece = flat.narrow(0, start, Math.Min(step, count - start)); // [at most step]
            using var local = piece.cpu();
            visit(local.bytes);
        }
    }

    private static void Fill(IByteSource bytes, TensorEntry entry, Tensor contiguous)
    {
        var count = entry.ElementCount;
        if (count == 0)
            return;
        using var noGrad = no_grad();
        var size = ScalarTypes.Size(entry.DType);
        var direct = contiguous.dtype == entry.DType && contiguous.device_type == DeviceType.CPU;
        long step = PieceBytes / size;
        using var detached = contiguous.detach();
        using var flat = detached.view(-1); // [elements], the same memory
        for (long start = 0; start < count; start += step)
        {
            var length = Math.Min(step, count - start);
            using var piece = flat.narrow(0, start, length); // [length]
            if (direct)
            {
                bytes.Read(start * size, piece.bytes);
                continue;
            }
            using var staged = empty(length, dtype: entry.DType); // [length]
            bytes.Read(start * size, staged.bytes);
            piece.copy_(staged).DisposeUnless(piece);
        }
    }

    /// <summary>Refuses to turn floating-point numbers into whole ones or the other way round.</summary>
    public static void CheckConversion(TensorEntry entry, ScalarType target, string location)
    {
        if (!ScalarTypes.CanConvert(entry.DType, target))
        {
            throw new CheckpointException(location, entry.Name,
                $"the file holds {ScalarTypes.Name(entry.DType)}, which is not converted to {ScalarTypes.Name(target)}");
        }
    }

    // In-place operations return the same wrapper in one version of the library and a new one in another.
    private static void DisposeUnless(this Tensor result, Tensor self)
    {
        if (!ReferenceEquals(result, self))
            result.Dispose();
    }
}

/// <summary>Receives a piece of memory that is only valid during the call.</summary>
internal delegate void ReadOnlySpanAction<T>(ReadOnlySpan<T> piece);
