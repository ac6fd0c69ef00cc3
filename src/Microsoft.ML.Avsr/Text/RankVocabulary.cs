using System.Globalization;
using System.Text;

namespace Microsoft.ML.Avsr.Text;

/// <summary>A vocabulary of byte strings with ranks (<c>.tiktoken</c> files, Llama 3's <c>tokenizer.model</c>): lines <c>base64 rank</c>.</summary>
internal sealed class RankVocabulary
{
    private const int MaxRank = 1 << 22;
    private const string EmptyToken = "=";

    private RankVocabulary(SortedDictionary<int, byte[]> tokens) => (Tokens, Count) = (tokens, tokens.Keys.Last() + 1);

    /// <summary>Rank, which is the id, to bytes.</summary>
    public SortedDictionary<int, byte[]> Tokens { get; }

    /// <summary>One more than the largest rank.</summary>
    public int Count { get; }

    /// <param name="text">The file's text.</param>
    /// <param name="source">Its name, for messages.</param>
    public static RankVocabulary Parse(string text, string source)
    {
        var tokens = new SortedDictionary<int, byte[]>();
        var number = 0;
        foreach (var range in text.AsSpan().Split('\n'))
        {
            number++;
            var line = text.AsSpan(range).TrimEnd('\r');
            if (line.IsEmpty)
                continue;
            var space = line.IndexOf(' ');
            var bytes = new byte[Math.Max(space, 0)];
            var length = 0;
            // Whisper's last token is empty and written as a lone "=", which is no base64.
            if (space <= 0 || (line[..space] is not EmptyToken && !Convert.TryFromBase64Chars(line[..space], bytes, out length))
                || !int.TryParse(line[(space + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var rank) || rank >= MaxRank
                || !tokens.TryAdd(rank, bytes[..length]))
                throw new TokenizerException($"{source}: line {number} must be a token in base64, a space, and a rank below {MaxRank} that no other line has.");
        }
        return Check(tokens, source);
    }

    /// <param name="tokens">Rank to bytes.</param>
    /// <param name="source">Its name, for messages.</param>
    public static RankVocabulary Check(SortedDictionary<int, byte[]> tokens, string source)
    {
        var single = new bool[256];
        foreach (var token in tokens.Values)
        {
            if (token.Length == 1)
                single[token[0]] = true;
        }
        var missing = Array.IndexOf(single, false);
        return missing < 0 ? new RankVocabulary(tokens)
            : throw new TokenizerException($"{source}: no token for the byte 0x{missing:X2}; without it some texts cannot be encoded.");
    }

    /// <summary>The file's form.</summary>
    /// <param name="withEmpty">False leaves empty tokens out, which ML.NET's reader does not take and no encoding needs.</param>
    public string ToText(bool withEmpty)
    {
        var text = new StringBuilder();
        foreach (var (rank, bytes) in Tokens)
        {
            if (bytes.Length == 0 && !withEmpty)
                continue;
            text.Append(bytes.Length == 0 ? EmptyToken : Convert.ToBase64String(bytes)).Append(' ').Append(rank.ToString(CultureInfo.InvariantCulture)).Append('\n');
        }
        return text.ToString();
    }
}
