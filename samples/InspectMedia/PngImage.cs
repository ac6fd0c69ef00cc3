using System.Buffers.Binary;
using System.IO.Compression;

namespace InspectMedia;

/// <summary>Pictures inside a page.</summary>
internal static class PngImage
{
    /// <summary>A grey picture as the address of an image.</summary>
    /// <param name="pixels">[height, width].</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    public static string Grey(ReadOnlySpan<byte> pixels, int width, int height) => Encode(pixels, width, height, channels: 1);

    /// <summary>A coloured picture as the address of an image.</summary>
    /// <param name="pixels">[height, width, 3]: red, green, blue.</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    public static string Colour(ReadOnlySpan<byte> pixels, int width, int height) => Encode(pixels, width, height, channels: 3);

    private static string Encode(ReadOnlySpan<byte> pixels, int width, int height, int channels)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            for (var y = 0; y < height; y++)
            {
                zlib.WriteByte(0); // no filter
                zlib.Write(pixels.Slice(y * width * channels, width * channels));
            }
        }
        using var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, (byte)(channels == 1 ? 0 : 2)); // bits, grey or colour
        Chunk(file, "IHDR"u8, header);
        Chunk(file, "IDAT"u8, packed.ToArray());
        Chunk(file, "IEND"u8, []);
        return "data:image/png;base64," + Convert.ToBase64String(file.ToArray());
    }

    private static void Chunk(MemoryStream file, ReadOnlySpan<byte> name, byte[] content)
    {
        byte[] checkedPart = [.. name, .. content];
        var number = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        file.Write(number);
        file.Write(checkedPart);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32(checkedPart));
        file.Write(number);
    }

    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var k = 0; k < 8; k++)
                crc = (crc & 1) != 0 ? 0xEDB88320u ^ (crc >> 1) : crc >> 1;
        }
        return ~crc;
    }
}
