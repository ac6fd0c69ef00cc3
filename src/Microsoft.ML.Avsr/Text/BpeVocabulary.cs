using System.Text.Json;

namespace Microsoft.ML.Avsr.Text;

/// <summary>
/// A byte-level byte-pair vocabulary: tokens in id order and the merges that build them, both in byte-level notation
/// (one printable character per byte, a space is <c>Ġ</c>).
/// </summary>
public sealed class BpeVocabulary
{
    private const int MaxTokens = 1 << 20;

    /// <summary>Creates a vocabulary.</summary>
    /// <param name="tokens">Tokens; a token's index is its id. All 256 single bytes must be among them, so that every text can be encoded.</param>
    /// <param name="merges">Merges <c>left right</c>, most important first; both parts and their union must be tokens.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="TokenizerException">A token is repeated, a byte is missing, or a merge names an unknown token.</exception>
    public BpeVocabulary(IReadOnlyList<string> tokens, IReadOnlyList<string> merges)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(merges);
        Tokens = [.. tokens];
        Merges = [.. merges];
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var token in Tokens)
        {
            if (string.IsNullOrEmpty(token) || !known.Add(token))
                throw new TokenizerException($"Vocabulary: the token '{token}' is empty or occurs twice.");
        }
        for (var value = 0; value < 256; value++)
        {
            if (!known.Contains(ByteAlphabet.ToCharacter((byte)value).ToString()))
                throw new TokenizerException($"Vocabulary: the token of the byte 0x{value:X2} is missing; without it some texts cannot be encoded.");
        }
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var merge in Merges)
        {
            var space = merge.IndexOf(' ');
            if (space <= 0 || space == merge.Length - 1 || merge.IndexOf(' ', space + 1) >= 0 || !seen.Add(merge)
                || !known.Contains(merge[..space]) || !known.Contains(merge[(space + 1)..]) || !known.Contains(merge.Remove(space, 1)))
                throw new TokenizerException($"Vocabulary: the merge '{merge}' must be two tokens with one space between, their union a token, and not repeated.");
        }
    }

    /// <summary>Tokens in byte-level notation; the index is the id.</summary>
    public IReadOnlyList<string> Tokens { get; }

    /// <summary>Merges <c>left right</c> in order of importance.</summary>
    public IReadOnlyList<string> Merges { get; }

    /// <summary>Writes the vocabulary as JSON: <c>{"tokens": [...], "merges": [...]}</c>.</summary>
    public string ToJson() => JsonSerializer.Serialize(new { tokens = Tokens, merges = Merges });

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <param name="json">The JSON text.</param>
    /// <exception cref="ArgumentNullException"><paramref name="json"/> is null.</exception>
    /// <exception cref="TokenizerException">The text is not such a vocabulary.</exception>
    public static BpeVocabulary FromJson(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            using var document = JsonDocument.Parse(json);
            return FromJson(document.RootElement);
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new TokenizerException("Vocabulary: not a JSON object with arrays of strings 'tokens' and 'merges'.", problem);
        }
    }

    internal static BpeVocabulary FromJson(JsonElement element) => new(ReadStrings(element, "tokens"), ReadStrings(element, "merges"));

    private static string[] ReadStrings(JsonElement element, string name)
    {
        var array = element.GetProperty(name);
        if (array.GetArrayLength() > MaxTokens)
            throw new TokenizerException($"Vocabulary: '{name}' has {array.GetArrayLength()} entries, more than {MaxTokens}.");
        return [.. array.EnumerateArray().Select(item => item.GetString() ?? throw new TokenizerException($"Vocabulary: '{name}' holds a null."))];
    }
}
