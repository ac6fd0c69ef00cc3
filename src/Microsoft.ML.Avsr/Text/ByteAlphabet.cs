namespace Microsoft.ML.Avsr.Text;

/// <summary>
/// The printable character that stands for each byte in byte-level vocabularies. Source: the byte table of GPT-2's released encoder;
/// printable Latin-1 bytes stand for themselves, the other 68 follow from U+0100.
/// </summary>
internal static class ByteAlphabet
{
    private static readonly char[] s_characters = BuildCharacters();
    private static readonly Dictionary<char, byte> s_bytes = BuildBytes();

    public static char ToCharacter(byte value) => s_characters[value];

    public static bool TryToByte(char character, out byte value) => s_bytes.TryGetValue(character, out value);

    /// <summary>Writes bytes as vocabulary text.</summary>
    public static string ToText(ReadOnlySpan<byte> bytes)
    {
        var text = new char[bytes.Length];
        for (var i = 0; i < text.Length; i++)
            text[i] = s_characters[bytes[i]];
        return new string(text);
    }

    private static char[] BuildCharacters()
    {
        var table = new char[256];
        var next = (char)256;
        for (var value = 0; value < 256; value++)
        {
            var printable = value is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE;
            table[value] = printable ? (char)value : next++;
        }
        return table;
    }

    private static Dictionary<char, byte> BuildBytes()
    {
        var table = new Dictionary<char, byte>(256);
        for (var value = 0; value < 256; value++)
            table.Add(s_characters[value], (byte)value);
        return table;
    }
}
