using System.Buffers.Binary;

namespace Microsoft.ML.Avsr.Media;

/// <summary>The format chunk of a WAV file, checked.</summary>
internal sealed record WaveFormat(int Channels, int SampleRate, int Bits, bool IsFloat)
{
    private const int Pcm = 1, Float = 3, Extensible = 0xFFFE;

    /// <summary>Bytes of one sample of every channel.</summary>
    internal int FrameBytes => Channels * (Bits / 8);

    /// <summary>Reads a format chunk of at least 16 bytes.</summary>
    /// <exception cref="MediaException">The kind is not PCM, or a number is absurd.</exception>
    internal static WaveFormat Parse(ReadOnlySpan<byte> chunk)
    {
        int tag = BinaryPrimitives.ReadUInt16LittleEndian(chunk);
        int channels = BinaryPrimitives.ReadUInt16LittleEndian(chunk[2..]);
        var rate = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
        int align = BinaryPrimitives.ReadUInt16LittleEndian(chunk[12..]);
        int bits = BinaryPrimitives.ReadUInt16LittleEndian(chunk[14..]);
        if (tag == Extensible && chunk.Length >= 26)
            tag = BinaryPrimitives.ReadUInt16LittleEndian(chunk[24..]); // the sub-format's first two bytes are the plain tag
        if (tag is not (Pcm or Float))
            throw new MediaException($"Its format tag {tag} is not PCM (1) or float (3).");
        if (channels is < 1 or > 256)
            throw new MediaException($"It has {channels} channels; 1 to 256 are read.");
        if (rate is < 1000 or > 768000)
            throw new MediaException($"Its sample rate is {rate} Hz; 1000 to 768000 are read.");
        if (tag == Pcm ? bits is not (8 or 16 or 24 or 32) : bits is not (32 or 64))
            throw new MediaException($"It has {bits} bits a sample; 8, 16, 24, 32 (integer) and 32, 64 (float) are read.");
        if (align != channels * (bits / 8))
            throw new MediaException($"Its block size {align} is not {channels} channels of {bits} bits.");
        return new WaveFormat(channels, (int)rate, bits, tag == Float);
    }

    /// <summary>Converts whole sample frames to mono, the mean of the channels.</summary>
    /// <param name="bytes">Interleaved data.</param>
    /// <param name="mono">As many samples as are wanted.</param>
    internal void ToMono(ReadOnlySpan<byte> bytes, Span<float> mono)
    {
        var width = Bits / 8;
        for (var i = 0; i < mono.Length; i++)
        {
            var sum = 0.0;
            for (var c = 0; c < Channels; c++)
            {
                var at = bytes[((i * Channels + c) * width)..];
                sum += (Bits, IsFloat) switch
                {
                    (8, _) => (at[0] - 128) / 128.0,
                    (16, _) => BinaryPrimitives.ReadInt16LittleEndian(at) / 32768.0,
                    (24, _) => (at[0] | at[1] << 8 | (sbyte)at[2] << 16) / 8388608.0,
                    (32, false) => BinaryPrimitives.ReadInt32LittleEndian(at) / 2147483648.0,
                    (32, true) => BinaryPrimitives.ReadSingleLittleEndian(at),
                    _ => BinaryPrimitives.ReadDoubleLittleEndian(at),
                };
            }
            mono[i] = (float)(sum / Channels);
        }
    }
}
