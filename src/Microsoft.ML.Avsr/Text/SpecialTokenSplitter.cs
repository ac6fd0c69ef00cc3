namespace Microsoft.ML.Avsr.Text;

/// <summary>Finds special tokens in a text: the leftmost first, the longest of those that start there.</summary>
internal sealed class SpecialTokenSplitter
{
    private readonly Dictionary<char, SpecialToken[]> _byFirst;

    public SpecialTokenSplitter(IEnumerable<SpecialToken> tokens) => _byFirst = tokens.GroupBy(token => token.Content[0])
        .ToDictionary(group => group.Key, group => group.OrderByDescending(token => token.Content.Length).ToArray());

    /// <summary>Yields stretches of the text in order: ordinary ones (token null) and special tokens.</summary>
    public IEnumerable<(string Text, SpecialToken? Token)> Split(string text)
    {
        var start = 0;
        for (var i = 0; i < text.Length;)
        {
            if (Match(text, i) is not { } token)
            {
                i++;
                continue;
            }
            var end = i;
            while (token.StripLeft && end > start && char.IsWhiteSpace(text[end - 1]))
                end--;
            if (end > start)
                yield return (text[start..end], null);
            yield return (token.Content, token);
            i += token.Content.Length;
            while (token.StripRight && i < text.Length && char.IsWhiteSpace(text[i]))
                i++;
            start = i;
        }
        if (start < text.Length)
            yield return (text[start..], null);
    }

    private SpecialToken? Match(string text, int at)
    {
        if (!_byFirst.TryGetValue(text[at], out var candidates))
            return null;
        foreach (var token in candidates)
        {
            if (string.CompareOrdinal(text, at, token.Content, 0, token.Content.Length) == 0)
                return token;
        }
        return null;
    }
}
