using System.Text.RegularExpressions;

namespace Microsoft.ML.Tokenizers;

/// <summary>Cuts a text into pieces that are tokenised on their own; characters in no piece are dropped.</summary>
public abstract class PreTokenizer
{
    protected PreTokenizer() { }

    public abstract IEnumerable<(int Offset, int Length)> PreTokenize(string text);

    public abstract IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text);

    public static PreTokenizer CreateWordOrNonWord(IReadOnlyDictionary<string, int>? specialTokens = null)
        => new RegexPreTokenizer(new Regex(@"\w+|[^\w\s]+"), specialTokens);
}
