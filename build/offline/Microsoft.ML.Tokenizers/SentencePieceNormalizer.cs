using System.Text;

namespace Microsoft.ML.Tokenizers;

/// <summary>White space as SentencePiece wants it: one dummy prefix, spaces written as U+2581.</summary>
public sealed class SentencePieceNormalizer : Normalizer
{
    private const char Meta = '\u2581';

    public SentencePieceNormalizer(bool removeExtraWhiteSpaces, bool addDummyPrefix, bool escapeWhiteSpaces, bool treatWhitespaceAsSuffix, IReadOnlyDictionary<string, int>? specialTokens)
        => (RemoveExtraWhiteSpaces, AddDummyPrefix, EscapeWhiteSpaces, TreatWhitespaceAsSuffix, SpecialTokens)
            = (removeExtraWhiteSpaces, addDummyPrefix, escapeWhiteSpaces, treatWhitespaceAsSuffix, specialTokens);

    public bool RemoveExtraWhiteSpaces { get; }

    public bool AddDummyPrefix { get; }

    public bool EscapeWhiteSpaces { get; }

    public bool TreatWhitespaceAsSuffix { get; private set; }

    public IReadOnlyDictionary<string, int>? SpecialTokens { get; }

    public override string Normalize(string original) => Normalize(original.AsSpan());

    public override string Normalize(ReadOnlySpan<char> original)
    {
        if (RemoveExtraWhiteSpaces)
            original = original.Trim(' ');
        if (original.IsEmpty)
            return "";
        var space = EscapeWhiteSpaces ? Meta : ' ';
        var result = new StringBuilder(original.Length + 1);
        if (AddDummyPrefix && !TreatWhitespaceAsSuffix)
            result.Append(space);
        for (var i = 0; i < original.Length; i++)
        {
            if (original[i] != ' ')
                result.Append(original[i]);
            else if (!RemoveExtraWhiteSpaces || original[i - 1] != ' ')
                result.Append(space);
        }
        if (AddDummyPrefix && TreatWhitespaceAsSuffix)
            result.Append(space);
        return result.ToString();
    }
}
