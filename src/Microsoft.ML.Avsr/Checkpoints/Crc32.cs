namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>The checksum of zip archives (polynomial 0xEDB88320), eight bytes at a time.</summary>
internal struct Crc32
{
    private static readonly uint[] s_tables = CreateTables();

    private uint _inverted;

    public readonly uint Value => _inverted;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        var tables = s_tables;
        var crc = ~_inverted;
        while (bytes.Length >= 8)
        {
            var low = System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(bytes) ^ crc;
            var high = System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            crc = tables[(7 * 256) + (low & 255)] ^ tables[(6 * 256) + ((low >> 8) & 255)]
                ^ tables[(5 * 256) + ((low >> 16) & 255)] ^ tables[(4 * 256) + (low >> 24)]
                ^ tables[(3 * 256) + (high & 255)] ^ tables[(2 * 256) + ((high >> 8) & 255)]
                ^ tables[256 + ((high >> 16) & 255)] ^ tables[high >> 24];
            bytes = bytes[8..];
        }
        foreach (var value in bytes)
            crc = tables[(crc ^ value) & 255] ^ (crc >> 8);
        _inverted = ~crc;
    }

    private static uint[] CreateTables()
    {
        var tables = new uint[8 * 256];
        for (uint i = 0; i < 256; i++)
        {
            var crc = i;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
            tables[i] = crc;
        }
        for (var table = 1; table < 8; table++)
        {
            for (var i = 0; i < 256; i++)
            {
                var previous = tables[((table - 1) * 256) + i];
                tables[(table * 256) + i] = tables[previous & 255] ^ (previous >> 8);
            }
        }
        return tables;
    }
}
