using System.Buffers.Binary;

namespace Microsoft.ML.Avsr.Media;

/// <summary>
/// Reads the uncompressed AVI that ffmpeg writes to a pipe: one header, then chunks of grey frames and float samples in time order.
/// AVI is used because it interleaves both modalities in one stream with sizes in front, so that one child process decodes both.
/// </summary>
internal sealed class AviReader(Stream stream)
{
    private const uint Riff = 0x46464952, List = 0x5453494C, Movi = 0x69766F6D, StreamHeader = 0x68727473, StreamFormat = 0x66727473;
    private const uint Videos = 0x73646976;

    private readonly byte[] _small = new byte[256];
    private readonly List<AviTrack> _tracks = [];

    /// <summary>The streams in their order.</summary>
    internal IReadOnlyList<AviTrack> Tracks => _tracks;

    /// <summary>Reads up to the first chunk of data.</summary>
    /// <returns>False where the stream ended before it.</returns>
    /// <exception cref="InvalidDataException">It is not AVI as ffmpeg writes it.</exception>
    internal bool ReadHeader()
    {
        if (!TryFill(12))
            return false;
        if (Word(0) != Riff)
            throw new InvalidDataException("ffmpeg's output is not AVI.");
        var kind = 0u;
        while (TryFill(8))
        {
            var id = Word(0);
            var size = Word(4);
            switch (id)
            {
                case List:
                    if (!TryFill(4))
                        return false;
                    if (Word(0) == Movi)
                        return true;
                    break; // a list's chunks follow as if they stood alone
                case StreamHeader when size is >= 8 and <= 256:
                    if (!TryFill((int)size))
                        return false;
                    kind = Word(0);
                    break;
                case StreamFormat when size is >= 16 and <= 256:
                    if (!TryFill((int)size))
                        return false;
                    AddStream(kind);
                    break;
                default:
                    Skip(Even(size));
                    break;
            }
        }
        return false;
    }

    /// <summary>Goes to the next chunk of data; its payload must then be read or skipped.</summary>
    /// <returns>False at the end.</returns>
    internal bool NextChunk(out int streamIndex, out int size)
    {
        streamIndex = -1;
        size = 0;
        if (!TryFill(8))
            return false;
        // "00dc", "01wb": two digits, then the kind. Anything else ("idx1") comes after the data.
        int tens = _small[0] - '0', ones = _small[1] - '0';
        if (tens is < 0 or > 9 || ones is < 0 or > 9)
            return false;
        streamIndex = tens * 10 + ones;
        var declared = Word(4);
        if (declared > int.MaxValue - 1)
            throw new InvalidDataException($"ffmpeg's output has a chunk of {declared} bytes.");
        size = (int)declared;
        return true;
    }

    /// <summary>Reads a chunk's whole payload.</summary>
    /// <returns>False where the stream ends inside it.</returns>
    internal bool ReadPayload(Span<byte> target)
    {
        if (stream.ReadAtLeast(target, target.Length, throwOnEndOfStream: false) < target.Length)
            return false;
        if ((target.Length & 1) != 0)
            stream.ReadByte(); // chunks are padded to even length
        return true;
    }

    /// <summary>Passes over a chunk's payload.</summary>
    internal void SkipPayload(int size) => Skip(Even((uint)size));

    private void AddStream(uint kind) =>
        _tracks.Add(kind == Videos ? new AviTrack(true, (int)Word(4), Math.Abs((int)Word(8))) : new AviTrack(false, 0, 0));

    private static long Even(uint size) => size + (size & 1L);

    private uint Word(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(_small.AsSpan(offset));

    private bool TryFill(int count) => stream.ReadAtLeast(_small.AsSpan(0, count), count, throwOnEndOfStream: false) == count;

    private void Skip(long count)
    {
        while (count > 0)
        {
            var read = stream.Read(_small, 0, (int)Math.Min(count, _small.Length));
            if (read == 0)
                return;
            count -= read;
        }
    }
}

/// <summary>A stream of the AVI.</summary>
/// <param name="IsVideo">Frames, else samples.</param>
/// <param name="Width">Of the frames.</param>
/// <param name="Height">Of the frames.</param>
internal readonly record struct AviTrack(bool IsVideo, int Width, int Height)
{
    internal long FrameBytes => (long)Width * Height;
}
