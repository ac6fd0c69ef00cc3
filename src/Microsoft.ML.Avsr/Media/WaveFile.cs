using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Microsoft.ML.Avsr.Media;

/// <summary>PCM WAV without ffmpeg: 8, 16, 24, 32 bit integers, 32 and 64 bit floats, plain or extensible headers, any channels (averaged to mono).</summary>
public static class WaveFile
{
    /// <summary>Reads a WAV file as mono samples at its own rate.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="MediaException">It is not WAV, or of a kind that is not PCM.</exception>
    public static AudioClip Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        using var stream = File.OpenRead(path);
        try
        {
            return Read(stream);
        }
        catch (MediaException e)
        {
            throw new MediaException($"'{path}': {e.Message}", e);
        }
    }

    /// <summary>Reads WAV as mono samples at its own rate. Sizes in the header that exceed the stream are cut to it.</summary>
    /// <param name="stream">From the first byte of the header.</param>
    /// <exception cref="MediaException">It is not WAV, or of a kind that is not PCM.</exception>
    public static AudioClip Read(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return Decode(stream, TimeSpan.FromHours(12)).Clip;
    }

    /// <summary>Writes 16 bit (or, with <paramref name="asFloat"/>, 32 bit float) mono PCM.</summary>
    /// <param name="path">The file; it is replaced.</param>
    /// <param name="clip">The sound; values beyond [-1, 1] are clipped in 16 bit.</param>
    /// <param name="asFloat">Whether to write floats.</param>
    public static void Write(string path, AudioClip clip, bool asFloat = false)
    {
        ArgumentNullException.ThrowIfNull(path);
        using var stream = File.Create(path);
        Write(stream, clip, asFloat);
    }

    /// <summary>Writes 16 bit (or, with <paramref name="asFloat"/>, 32 bit float) mono PCM.</summary>
    /// <param name="stream">Where to; need not be seekable.</param>
    /// <param name="clip">The sound; values beyond [-1, 1] are clipped in 16 bit.</param>
    /// <param name="asFloat">Whether to write floats.</param>
    public static void Write(Stream stream, AudioClip clip, bool asFloat = false)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(clip);
        var width = asFloat ? 4 : 2;
        var bytes = checked(clip.Samples.Length * width);
        Span<byte> header = stackalloc byte[44];
        "RIFF"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], (uint)bytes + 36);
        "WAVEfmt "u8.CopyTo(header[8..]);
        BinaryPrimitives.WriteInt32LittleEndian(header[16..], 16);
        BinaryPrimitives.WriteInt16LittleEndian(header[20..], (short)(asFloat ? 3 : 1));
        BinaryPrimitives.WriteInt16LittleEndian(header[22..], 1);
        BinaryPrimitives.WriteInt32LittleEndian(header[24..], clip.SampleRate);
        BinaryPrimitives.WriteInt32LittleEndian(header[28..], clip.SampleRate * width);
        BinaryPrimitives.WriteInt16LittleEndian(header[32..], (short)width);
        BinaryPrimitives.WriteInt16LittleEndian(header[34..], (short)(width * 8));
        "data"u8.CopyTo(header[36..]);
        BinaryPrimitives.WriteInt32LittleEndian(header[40..], bytes);
        stream.Write(header);
        if (asFloat)
        {
            stream.Write(MemoryMarshal.AsBytes(clip.Samples.Span));
            return;
        }
        var pcm = new short[clip.Samples.Length];
        var samples = clip.Samples.Span;
        for (var i = 0; i < pcm.Length; i++)
            pcm[i] = (short)Math.Clamp(MathF.Round(samples[i] * 32767f), -32768f, 32767f);
        stream.Write(MemoryMarshal.AsBytes(pcm.AsSpan()));
    }

    /// <summary>Reads WAV with a limit on its length.</summary>
    /// <returns>The clip (possibly empty), whether the data end before their declared end, and how many samples had to be repaired.</returns>
    internal static (AudioClip Clip, bool Truncated, int BadSamples, int Channels) Decode(Stream stream, TimeSpan limit)
    {
        Span<byte> head = stackalloc byte[12];
        if (stream.ReadAtLeast(head, 12, throwOnEndOfStream: false) < 12 || !head[..4].SequenceEqual("RIFF"u8) || !head[8..].SequenceEqual("WAVE"u8))
            throw new MediaException("It is not a WAV file (no RIFF/WAVE header).");
        WaveFormat? format = null;
        Span<byte> chunk = stackalloc byte[8];
        Span<byte> body = stackalloc byte[64];
        while (stream.ReadAtLeast(chunk, 8, throwOnEndOfStream: false) == 8)
        {
            var size = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
            if (chunk[..4].SequenceEqual("fmt "u8))
            {
                var take = (int)Math.Min(size, 64);
                if (take < 16 || stream.ReadAtLeast(body[..take], take, throwOnEndOfStream: false) < take)
                    throw new MediaException("Its format chunk is shorter than 16 bytes.");
                format = WaveFormat.Parse(body[..take]);
                Skip(stream, size - take + (size & 1));
            }
            else if (chunk[..4].SequenceEqual("data"u8))
            {
                return Samples(stream, size, format ?? throw new MediaException("It has data before its format chunk."), limit);
            }
            else
            {
                Skip(stream, size + (size & 1L));
            }
        }
        throw new MediaException("It has no data chunk.");
    }

    private static (AudioClip Clip, bool Truncated, int BadSamples, int Channels) Samples(Stream stream, uint declared, WaveFormat format, TimeSpan limit)
    {
        // 0xFFFFFFFF and 0 are what streaming writers leave: read to the end.
        var open = declared is 0 or uint.MaxValue;
        var most = (long)Math.Ceiling(limit.TotalSeconds * format.SampleRate) + 1;
        var frames = new GrowingBuffer<float>((int)Math.Min(most, open ? 1 << 16 : Math.Min(declared / format.FrameBytes, 1 << 20)), (int)Math.Min(most, Array.MaxLength));
        var block = new byte[format.FrameBytes * Math.Max(1, 65536 / format.FrameBytes)];
        var left = open ? long.MaxValue : declared;
        while (left > 0)
        {
            var want = (int)Math.Min(block.Length, left);
            var got = stream.ReadAtLeast(block.AsSpan(0, want), want, throwOnEndOfStream: false);
            var count = got / format.FrameBytes;
            var target = frames.Reserve(count);
            if (count > 0 && target.IsEmpty)
                throw new MediaException(FormattableString.Invariant($"It lasts longer than MaxDuration ({limit.TotalSeconds:0.#} s); raise it or read windows."));
            format.ToMono(block, target);
            frames.Commit(count);
            left -= got;
            if (got < want)
                break;
        }
        var bad = AudioSanitizer.Repair(MemoryMarshal.AsMemory(frames.Items).Span);
        return (new AudioClip(frames.Items, format.SampleRate), !open && left > 0, bad, format.Channels);
    }

    private static void Skip(Stream stream, long count)
    {
        if (stream.CanSeek)
        {
            stream.Seek(Math.Min(count, Math.Max(0, stream.Length - stream.Position)), SeekOrigin.Current);
            return;
        }
        Span<byte> waste = stackalloc byte[512];
        while (count > 0)
        {
            var read = stream.Read(waste[..(int)Math.Min(count, waste.Length)]);
            if (read == 0)
                return;
            count -= read;
        }
    }
}
