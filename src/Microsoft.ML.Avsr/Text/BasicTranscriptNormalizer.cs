using System.Globalization;
using System.Text;

namespace Microsoft.ML.Avsr.Text;

/// <summary>
/// For any language: lower case, bracketed asides out, symbols and punctuation become spaces, runs of white space become one space.
/// Source: Whisper's basic text normaliser; equal to it, leading and trailing spaces included.
/// </summary>
public sealed class BasicTranscriptNormalizer : ITranscriptNormalizer
{
    private readonly bool _removeDiacritics;
    private readonly bool _splitLetters;

    /// <summary>Creates the normaliser.</summary>
    /// <param name="removeDiacritics">Accents fall off their letters.</param>
    /// <param name="splitLetters">Every character becomes a word, for scripts that are scored by characters.</param>
    public BasicTranscriptNormalizer(bool removeDiacritics = false, bool splitLetters = false)
        => (_removeDiacritics, _splitLetters) = (removeDiacritics, splitLetters);

    /// <inheritdoc/>
    public string Normalize(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var spoken = TranscriptText.WithoutBrackets(TranscriptText.Lower(text));
        var clean = TranscriptText.Lower(_removeDiacritics ? TranscriptText.WithoutSymbolsAndDiacritics(spoken) : TranscriptText.WithoutSymbols(spoken));
        return TranscriptText.SingleSpaces(_splitLetters ? Separate(clean) : clean);
    }

    private static string Separate(string text)
    {
        var result = new StringBuilder(text.Length * 2);
        for (var i = 0; i < text.Length;)
        {
            var length = StringInfo.GetNextTextElementLength(text, i);
            if (i > 0)
                result.Append(' ');
            result.Append(text, i, length);
            i += length;
        }
        return result.ToString();
    }
}
