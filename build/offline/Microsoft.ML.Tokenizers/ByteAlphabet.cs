using System.Text;

namespace Microsoft.ML.Tokenizers;

/// <summary>The printable stand-in of every byte that byte-level vocabularies are written in (GPT-2's table).</summary>
internal static class ByteAlphabet
{
    private static readonly char[] s_toChar = BuildToChar();
    private static readonly Dictionary<char, byte> s_toByte = s_toChar.Select((c, b) => (c, b)).ToDictionary(p => p.c, p => (byte)p.b);

    public static char ToChar(byte value) => s_toChar[value];

    public static bool TryToByte(char value, out byte result) => s_toByte.TryGetValue(value, out result);

    /// <summary>UTF-8 bytes of a text, each with the index of the character it came from; unpaired surrogates become U+FFFD.</summary>
    public static (byte[] Bytes, int[] CharOf) Utf8WithOffsets(ReadOnlySpan<char> text)
    {
        var bytes = new List<byte>(text.Length * 2);
        var charOf = new List<int>(text.Length * 2);
        Span<byte> buffer = stackalloc byte[4];
        for (var i = 0; i < text.Length;)
        {
            Rune.DecodeFromUtf16(text[i..], out var rune, out var used);
            var written = rune.EncodeToUtf8(buffer);
            for (var k = 0; k < written; k++)
            {
                bytes.Add(buffer[k]);
                charOf.Add(i);
            }
            i += used;
        }
        return ([.. bytes], [.. charOf]);
    }

    private static char[] BuildToChar()
    {
        var table = new char[256];
        var next = 256;
        for (var b = 0; b < 256; b++)
        {
            var printable = b is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE and <= 0xFF;
            table[b] = (char)(printable ? b : next++);
        }
        return table;
    }
}
